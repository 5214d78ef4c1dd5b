"""`tangthu model`: check a pack, improve it from settled fields, go back to the one before, make keys."""

# ruff: noqa: PLC0415 - `tangthu --help` answers at once because heavy imports wait for their command

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from client.options import KeyFileOption, KeyOption, ServerOption, credentials

model = typer.Typer(
    help="Bộ mô hình đọc chữ: kiểm tra, cải thiện, quay lại. / The reader's model packs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Pack = Annotated[Path, typer.Option("--pack", help="Thư mục bộ mô hình. / The pack's folder.")]
Keys = Annotated[Path, typer.Option("--keys", help="Thư mục khóa công khai được tin. / Trusted public keys.")]
ROOT = Path(__file__).resolve().parent.parent / "models"
PACK, KEYS = ROOT / "tangthu-vi-1", ROOT / "keys"


@model.command()
def verify(pack: Pack = PACK, keys: Keys = KEYS) -> None:
    """Kiểm tra chữ ký, mã băm và đủ 134 chữ cái. / Check signature, hashes and all 134 letters."""
    from services.ocr.engine.pack import PackRefused, load_pack

    try:
        checked = load_pack(pack, keys)
    except PackRefused as error:
        _refused(f"Bộ mô hình bị từ chối (pack refused): {error}")
    typer.echo(
        f"{checked.identity}: chữ ký, mã băm, bảng chữ đều đúng · signature, hashes and letters are right"
    )


@model.command()
def collect(
    unit: Annotated[str, typer.Option("--unit", help="Mã đơn vị. / The unit's code.")],
    to: Annotated[Path, typer.Option("--to", help="Thư mục ghi mẫu. / Folder to write the samples to.")],
    server: ServerOption = "",
    key: KeyOption = "",
    key_file: KeyFileOption = None,
) -> None:
    """Lấy trường đã chốt của đơn vị đã đồng ý. / Fetch settled fields of a unit that has consented."""
    from client.api import Api
    from client.outcome import CommandFailed, ServerRefused
    from training.collecting import collect as collected

    try:
        address, credential = credentials(server, key, key_file)
        with Api(address, credential, patience_s=60) as api:
            found = collected(api, unit, to)
    except (CommandFailed, ServerRefused) as failure:
        _refused(getattr(failure, "title", str(failure)))
    typer.echo(json.dumps(vars(found)))


@model.command()
def improve(
    samples: Annotated[
        Path, typer.Option("--samples", help="Thư mục mẫu đã chốt. / Folder of settled fields.")
    ],
    key: Annotated[Path, typer.Option("--key", help="Khóa riêng để ký. / Private key to sign with.")],
    pack: Pack = PACK,
    keys: Keys = KEYS,
    frozen: Annotated[
        Path | None,
        typer.Option(
            "--frozen", help="Thư mục mẫu chỉ để đo; mặc định 1/5 số mẫu. / Samples to measure on only."
        ),
    ] = None,
) -> None:
    """Học từ trường đã chốt, thay bộ cũ nếu đọc tốt hơn. / Learn from settled fields, promote if better."""
    from services.ocr.engine.pack import PackRefused, load_pack
    from services.ocr.engine.signing import KeyRefused, private_key
    from training.corrections import CorrectionsRefused, load_corrections

    _need_torch()
    from training.improve import improve as improved

    try:
        load_pack(pack, keys)
        given = load_corrections(samples)
        measured = load_corrections(frozen).samples if frozen else ()
        learned = tuple(one for one in given.samples if frozen or not one.frozen)
        held = measured or tuple(one for one in given.samples if one.frozen)
        skipped = {"without_consent": given.without_consent, "unreadable": given.unreadable}
        outcome = improved(pack, learned, held, private_key(key), keys, skipped=skipped)
    except (PackRefused, KeyRefused, CorrectionsRefused) as error:
        _refused(f"Không cải thiện được (not improved): {error}")
    typer.echo(json.dumps(vars(outcome) | skipped, ensure_ascii=False, indent=1))
    if not outcome.promoted:
        raise typer.Exit(3)


@model.command()
def rollback(pack: Pack = PACK, keys: Keys = KEYS) -> None:
    """Quay lại bộ mô hình trước. / Bring back the pack before."""
    from services.ocr.engine.pack import PackRefused
    from training.promotion import rollback as bring_back

    try:
        version = bring_back(pack, keys)
    except PackRefused as error:
        _refused(f"Không quay lại được (not rolled back): {error}")
    typer.echo(f"{pack.name}: {version}")


@model.command()
def key(
    private: Annotated[
        Path, typer.Argument(help="Nơi ghi khóa riêng, ngoài bộ mô hình. / Private key's file.")
    ],
    public: Annotated[Path, typer.Argument(help="Nơi ghi khóa công khai (.pub.pem). / Public key's file.")],
) -> None:
    """Tạo cặp khóa Ed25519 để ký bộ mô hình. / Make a pair of keys to sign packs with."""
    from services.ocr.engine.signing import PUBLIC_SUFFIX, make_keys

    if not public.name.endswith(PUBLIC_SUFFIX) or private.exists():
        _refused(f"{public.name}: tên phải kết thúc bằng {PUBLIC_SUFFIX}; {private.name} không được có sẵn")
    make_keys(private, public)
    typer.echo(f"{private} · {public}")


def _need_torch() -> None:
    """Say plainly that learning needs the training packages."""
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        _refused(
            "Chưa cài nhóm gói “training” (torch) mà việc học cần; kiểm tra và quay lại thì không cần.\n"
            "Learning needs the dependency group “training” (torch); verify and rollback do not:\n"
            "    python -m pip install --no-deps --require-hashes -r requirements/training.txt"
        )


def _refused(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
