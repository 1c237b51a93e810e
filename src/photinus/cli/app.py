"""The commands: they parse, call and print. Whatever is heavy is imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import photinus as library
from photinus.errors import PhotinusError

WIDTH = 100


class _Guarded(click.Group):
    """A group whose commands end in one or two sentences, never in a traceback, where the user can do something."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except PhotinusError as error:
            click.echo(f"Error: {error.cause}\n  {error.remedy}", err=True)
            raise click.exceptions.Exit(2) from error
        except KeyboardInterrupt as interrupt:
            cause = getattr(interrupt, "cause", "Interrupted; nothing was computed yet.")
            remedy = getattr(interrupt, "remedy", "The same command begins again.")
            click.echo(f"\n{cause}\n  {remedy}", err=True)
            raise click.exceptions.Exit(130) from interrupt


@click.group(cls=_Guarded, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.version_option(library.__version__, prog_name="photinus")
def photinus() -> None:
    """Quantum oscillators, spins and lasers that fall into step, every number with its error."""


@photinus.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where results go.  [default: out/NAME]")
@click.option("--workers", type=click.IntRange(1), help="Number of processes.  [default: the study's]")
@click.option("--retry-failed", is_flag=True, help="Try stored failures again.")
def run(study: Path, out: Path | None, workers: int | None, retry_failed: bool) -> None:
    """Do the study in the file STUDY: compute what is not yet stored, draw, report.

    Writes sweep.db (every finished point), result.nc (the table), the figures, and report.html. Interrupted, the same
    command goes on.
    """
    from photinus.cli.job import run_study

    for line in run_study(study, out=out, workers=workers, retry_failed=retry_failed):
        click.echo(line)


@photinus.command()
@click.argument("result", type=click.Path(path_type=Path))
def show(result: Path) -> None:
    """Tell what RESULT holds: a directory of `run`, a netCDF file, or a store, finished or not."""
    from photinus.cli.show import describe_result

    click.echo(describe_result(result))


@photinus.command()
@click.argument("name", required=False)
def zoo(name: str | None) -> None:
    """List the models of the literature, or explain the one called NAME."""
    from photinus.cli.show import describe_model, list_models

    click.echo(list_models() if name is None else describe_model(name))


@photinus.command()
def measures() -> None:
    """List the measures: range, meaning, what zero means, source."""
    from photinus.cli.show import list_measures

    click.echo(list_measures())


@photinus.command()
def doctor() -> None:
    """Check this installation: versions, BLAS, threads, memory, and answers that are known."""
    from photinus.cli.doctor import examine

    lines, healthy = examine()
    click.echo("\n".join(lines))
    if not healthy:
        raise click.exceptions.Exit(1)
