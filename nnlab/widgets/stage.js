// Every figure has this look: see figure.css.

const setStage = () => {};
