"""The commands on what COMET keeps on disk: models, and the cache of scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mteval.cli.console import say, show, show_json, show_tables
from mteval.cli.options import JsonOption

__all__ = ["cache_app", "models_app"]

models_app = typer.Typer(help="COMET models: list what is known, fetch one.", no_args_is_help=False)
cache_app = typer.Typer(help="The cache of COMET scores: show it, clear it.", no_args_is_help=False)


@models_app.callback()
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List COMET models: where each lies, its licence, what it reads. `models fetch` gets one."""
    if context.invoked_subcommand is not None:
        return
    from mteval.cli.config import read_settings
    from mteval.metrics.comet.checkpoints import list_models

    configured = read_settings(Path()).get("comet", {}).get("model")
    rows = list_models(None if configured is None else str(configured))
    if as_json:
        show_json({"models": rows})
        return
    from mteval.views.tables import plain_table

    shown = [
        (row["model"], row["reads"], row["licence"] or "not known", row["path"] or "not fetched")
        for row in rows
    ]
    show_tables((plain_table("COMET models", ("model", "reads", "licence", "lies in"), shown),))


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name on the hub.", show_default=False)],
) -> None:
    """Download a model and what its encoder needs, to score without a network later."""
    from mteval.metrics.comet.checkpoints import fetch_model

    files = fetch_model(name)
    say(f"mteval: {name} lies in {files.hparams_file.parent}; its encoder in {files.encoder}")


@cache_app.callback()
def cache(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the cache of COMET scores. `cache clear` empties it."""
    if context.invoked_subcommand is not None:
        return
    from mteval.io.store import cache_folder, describe_cache

    folder = cache_folder()
    size, uses = describe_cache(folder)
    if as_json:
        show_json(
            {
                "folder": str(folder),
                "bytes": size,
                "signatures": [{"signature": u.signature, "scores": u.scores} for u in uses],
            }
        )
        return
    from mteval.views.tables import Column, plain_table

    rows = [(str(use.scores), use.signature) for use in uses]
    if rows:
        show_tables(
            (plain_table("Cache of COMET scores", ("scores", Column("signature", key=True)), rows),)
        )
    show(f"{folder}: {size / 1e6:.1f} MB")


@cache_app.command()
def clear() -> None:
    """Remove every kept score."""
    from mteval.io.store import cache_folder, clear_cache

    folder = cache_folder()
    say(f"mteval: {clear_cache(folder) / 1e6:.1f} MB removed from {folder}")
