"""Walks every screen by keys and keeps a picture of each, to be looked at:
`python -m tests.pictures.walk FOLDER` (a PNG and a text each, and sheets of several)."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from tests.pictures.screen import Screen
from tests.pictures.walk import scenes
from tests.pictures.walk.camera import SCENES, Camera
from tests.pictures.walk.raster import drawn, sheets

_SIZES = ("80x24", "120x40", "200x60")
_THEMES = ("autocoder-dark", "autocoder-light")
_ACROSS = {80: (3, 4), 120: (2, 3), 200: (1, 2)}
"""How many pictures, of how many columns each, stand beside and below each other on a sheet."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures.walk", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where the pictures go")
    parser.add_argument("--list", action="store_true", help="name the scenes, and walk none")
    parser.add_argument("--size", action="append", help=f"WxH, as often as wanted ({_SIZES})")
    parser.add_argument("--theme", action="append", help=f"as often as wanted ({_THEMES})")
    parser.add_argument("--no-color", action="store_true", help="as with NO_COLOR=1")
    parser.add_argument("scenes", nargs="*", help="beginnings of their names; without, all")
    options = parser.parse_intermixed_args()
    if options.folder is None and not options.list:
        parser.error("name a folder for the pictures")
    return options


async def _walk(options: argparse.Namespace, size: str, names: list[str]) -> int:
    """All scenes in one size of terminal; the number of those that broke off."""
    themes = tuple(options.theme or _THEMES)
    folders = {theme: options.folder / f"{theme}-{size}" for theme in themes}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("sheet-*"):
            old.unlink()

    def keep(name: str, theme: str, screen: Screen) -> None:
        drawn(screen).save(folders[theme] / f"{name}.png")
        (folders[theme] / f"{name}.txt").write_text(screen.text, encoding="utf-8")

    columns, rows = map(int, size.split("x"))
    camera = Camera((columns, rows), themes, keep, plain=options.no_color)
    broke = 0
    for name in names:
        for folder in folders.values():
            for old in folder.glob(f"{name}-[0-9f]*"):
                old.unlink()
        trouble = await camera.walk(name)
        broke += bool(trouble)
        print(f"{size} {name}: {'broke off' if trouble else 'walked'}", flush=True)
        if trouble:
            print(trouble, flush=True)
    across, down = _ACROSS.get(columns, (1, 1))
    for folder in folders.values():
        taken = sorted(it for it in folder.glob("*.png") if not it.name.startswith("sheet-"))
        mine = [it for it in taken if any(it.name.startswith(f"{name}-") for name in names)]
        sheets(mine, folder, across, down)
    return broke


def main() -> int:
    options = _arguments()
    wanted = tuple(options.scenes) or ("",)
    names = [name for name in SCENES if name.startswith(wanted)]
    if options.list or not names:
        print("\n".join(SCENES))
        return 0 if options.list else 2
    print(f"{len(names)} scenes of {len(scenes.__all__)} subjects", flush=True)
    return sum(asyncio.run(_walk(options, size, names)) for size in options.size or _SIZES) and 1


if __name__ == "__main__":
    raise SystemExit(main())
