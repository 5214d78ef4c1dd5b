"""`python -m local up`: the commands without the rest of `tangthu`."""

import typer

from local import cli

app = typer.Typer(add_completion=False, no_args_is_help=True)
for _command in (cli.up, cli.stop, cli.status, cli.demo, cli.doctor):
    app.command()(_command)

if __name__ == "__main__":
    app()
