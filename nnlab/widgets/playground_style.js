// The playground's own style: a canvas below its drawing, buttons over it.

const PLAYGROUND = `
  .playground .panels { --wide: min(100%, var(--drawing, 100%)); position: relative; display: block; flex: none;
    padding: 0; width: var(--wide); margin: 0 calc((100% - var(--wide)) / 2); }
  .playground.phone .panels { --drawing: 540px; }
  .playground .panels > svg { position: relative; width: 100%; }
  .playground .maps { position: absolute; inset: 0; width: 100%; height: 100%; }
  .playground .panels > svg.over-edge { cursor: ns-resize; }
  .playground .panels > svg.over-unit { cursor: pointer; }
  .playground svg .title { font-size: 18px; }
  .playground.deck svg .small { font-size: 18px; }
  .playground.deck svg .title { font-size: 20px; }
  .playground svg .value { stroke-width: 9px; }
  .playground svg .number { font-size: 32px; font-weight: 600; font-variant-numeric: tabular-nums; }
  .playground button.over { position: absolute; transform: translate(-50%, -50%); box-sizing: border-box; padding: 0; }
  .playground button.round { width: 26px; height: 26px; min-height: 0; border-radius: 50%; font-size: 19px;
    line-height: 1; }
  .playground.deck button.round { width: max(20px, 2.13%); height: auto; aspect-ratio: 1; }
  .playground button.round:hover { background: var(--soft); }
  .playground button.feature { min-height: 0; border: 2px solid var(--ink); border-radius: 4px;
    background: transparent; }
  .playground button.feature[aria-pressed=false] { border: 2px dashed var(--edge); }
  .playground button.feature:hover { outline: 3px solid var(--lane0); outline-offset: 1px; }
  .playground .units { outline: none; }
  .playground .units:focus-visible .ring { stroke: var(--ink); stroke-width: 2.5; stroke-dasharray: 4 3; }
  .playground .steer { flex: 1 1 400px; }
  .playground.deck .first label:has(.short) .short { position: absolute; clip-path: inset(50%); }
  .playground.deck .settings { width: 800px; }
  .playground .first { flex: 0 1 auto; }
  .playground button.data { padding: 2px; border-radius: 6px; border: 2px solid transparent; line-height: 0; }
  .playground button.data svg { width: 32px; height: 32px; }
  .playground .weight { max-width: 100%; }
  .playground .weight select { flex: 1 1 8em; min-width: 0; }
  .playground .weight input[type=number] { width: 5.2em; }
  .playground .plus { fill: none; stroke: var(--ink); stroke-width: 0.3; }
  .playground button.data:hover { border-color: var(--edge); }
  .playground button.data[aria-pressed=true] { border-color: var(--ink); }
  .playground .csv { min-height: 3em; white-space: pre; border: 1px solid var(--edge); padding: 2px 6px; margin: 4px; }
  @media (max-width: 480px) { .playground button.round { width: 30px; height: 30px; } }`;
