"""Measurements of a network in training, sent to a figure beside its state, as JSON."""

import json

PARTS = ("steps", "losses", "batch", "layers", "signs")
MOST = 2_000_000  # characters of JSON


def packed_board(board):
    """``{"board": board}``, after a check that `board` is what `nnlab.health.Health.board` returns; {} for None.

    Raises:
        ValueError: it is something else, has no layers, or more than two million characters of JSON.
    """
    if board is None:
        return {}
    if not isinstance(board, dict) or any(part not in board for part in PARTS):
        raise ValueError(f"board is a {type(board).__name__}{_lacks(board)}; give health.board() of a "
                         "nnlab.health.watch")
    if not board["layers"] or not board["steps"]:
        raise ValueError("board holds no layers: the network has no modules with tensor outputs; put its layers into "
                         "a torch.nn.Module")
    try:
        text = json.dumps(board, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"board is not plain JSON ({error}); give health.board() as it is") from None
    if len(text) > MOST:
        raise ValueError(f"board has {len(text):,} characters of JSON, and at most {MOST:,} can be sent; "
                         "watch fewer layers")
    return {"board": json.loads(text)}


def _lacks(board):
    lacking = [part for part in PARTS if part not in board] if isinstance(board, dict) else []
    return f" without {', '.join(lacking)}" if lacking else ""
