"""The command line: it reads studies, lets the library compute, and shows.

``photinus run STUDY.toml`` does a whole study, ``photinus show RESULT`` tells what a result holds, ``photinus zoo`` and
``photinus measures`` tell what there is, ``photinus doctor`` checks an installation. Workers of a sweep import this
package, too; whatever is heavy is imported where it is used.
"""

__all__ = ["main"]


def main() -> None:
    """The command ``photinus``."""
    from photinus.cli.signals import end_on_signals

    end_on_signals()
    from photinus.cli.app import photinus

    photinus(prog_name="photinus")
