"""The commands: they parse, call and print. Whatever is heavy is imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import photinus as library
from photinus.cli.signals import Stopped, exit_code
from photinus.errors import PhotinusError

WIDTH = 100
WRONG, DOUBTFUL = 1, 3
"""Exit codes beside 0; 2 is click's, for a wrong command line, and a signal has its own."""


class _Guarded(click.Group):
    """A group whose commands end in one or two sentences, never in a traceback, where the user can do something."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except PhotinusError as error:
            click.echo(f"Error: {error.cause}\n  {error.remedy}", err=True)
            raise click.exceptions.Exit(WRONG) from error
        except Stopped as stop:
            click.echo(f"\n{stop.cause}\n  {stop.remedy}", err=True)
            raise click.exceptions.Exit(exit_code(stop.number)) from stop


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

    Writes sweep.db (every finished point), result.nc (the table), the figures, and report.html. Interrupted by Ctrl-C
    or SIGTERM it stores what is done, and the same command goes on.

    \b
    Exit codes:
      0    every point is computed and certified, every figure drawn
      1    nothing was done, for the reason given; or every point failed
      2    the command line is wrong
      3    done, but points failed or are not certified, or figures were not drawn
      130  interrupted by Ctrl-C; 143 by SIGTERM
    """  # noqa: D301 - it is click's mark for lines that are kept
    from photinus.cli.job import run_study

    if not run_study(study, click.echo, out=out, workers=workers, retry_failed=retry_failed):
        click.echo(f"Not all is well: see above (exit code {DOUBTFUL}).")
        raise click.exceptions.Exit(DOUBTFUL)


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
        raise click.exceptions.Exit(WRONG)
