"""Fonts of the official documents: fetched into the data folder, installed nowhere.

No font carrying the standard's names may be redistributed, so free faces stand in by alias; a
machine that has the licensed ones uses them first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from tools.console import Refusal, run_as_program, say, warn
from tools.places import data_dir as chosen_data_dir
from tools.stamps import Stamp, fingerprint

# Debian package → the only faces taken from it. The other Fandol faces declare wrong weights.
FACES = {
    "texlive-lang-chinese": ("FandolFang-Regular.otf", "FandolKai-Regular.otf"),
    "fonts-lxgw-wenkai": ("LXGWWenKai-Regular.ttf", "LXGWWenKai-Light.ttf"),
    "fonts-noto-cjk": (
        "NotoSerifCJK-Regular.ttc",
        "NotoSerifCJK-Bold.ttc",
        "NotoSansCJK-Regular.ttc",
    ),
}
# Sans and serif in one weight, all characters; no 仿宋, no 楷体, no bold.
WHEEL = "pylopdf-fonts-zh-cn"
SERIF = ("Noto Serif CJK SC", "Noto Serif SC")
SANS = ("Noto Sans CJK SC", "Noto Sans SC")
ALIASES = {
    "FangSong_GB2312": ("仿宋_GB2312", "方正仿宋_GB2312", "FangSong", "FandolFang",
                        "LXGW WenKai Light", *SERIF),
    "FZXiaoBiaoSong-B05S": ("方正小标宋简体", "方正小标宋_GBK", *SERIF),
    "KaiTi_GB2312": ("楷体_GB2312", "KaiTi", "FandolKai", "LXGW WenKai", *SERIF),
    "SimHei": ("黑体", *SANS),
    "SimSun": ("宋体", *SERIF),
}  # fmt: skip


def configuration_file(data_dir: Path) -> Path:
    return data_dir / "fonts" / "fonts.conf"


def configuration(folder: Path) -> str:
    """Write fontconfig's file: the standard's names first, then what stands in for them."""
    aliases = "".join(
        f'  <alias binding="same"><family>{name}</family><accept>'
        + "".join(f"<family>{substitute}</family>" for substitute in substitutes)
        + "</accept></alias>\n"
        for name, substitutes in ALIASES.items()
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"  <dir>{escape(str(folder))}</dir>\n"
        "  <dir>/usr/share/fonts</dir>\n  <dir>/usr/local/share/fonts</dir>\n"
        '  <dir prefix="xdg">fonts</dir>\n'
        f"  <cachedir>{escape(str(folder / 'cache'))}</cachedir>\n"
        f"{aliases}</fontconfig>\n"
    )


def fetch_from_debian(folder: Path) -> bool:
    """Take seven faces out of three Debian packages; tell whether all of them were there.

    Extraction instead of installation: no root, and 120 MB instead of twenty-two packages.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    with tempfile.TemporaryDirectory(prefix="gongjian-fonts-") as place:
        room = Path(place)
        room.chmod(0o755)
        for package, faces in FACES.items():
            fetched = subprocess.run(
                ["apt-get", "download", "-q", package], cwd=room, capture_output=True, check=False
            )
            found = next(iter(room.glob(f"{package}_*.deb")), None)
            if fetched.returncode != 0 or found is None:
                return False
            if take_faces(found, set(faces), folder):
                return False
    return True


def take_faces(package: Path, faces: set[str], folder: Path) -> set[str]:
    """Copy the named files out of a Debian package; return those that were not in it."""
    missing = set(faces)
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as tar,
        tarfile.open(fileobj=tar.stdout, mode="r|") as archive,
    ):
        for member in archive:
            name = Path(member.name).name
            if name in missing and (source := archive.extractfile(member)) is not None:
                with (folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
                missing.discard(name)
    return missing


def fetch_from_wheel(folder: Path) -> bool:
    with tempfile.TemporaryDirectory(prefix="gongjian-fonts-") as place:
        fetched = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
             "--disable-pip-version-check", "--only-binary=:all:", "-d", place, WHEEL],
            capture_output=True,
            check=False,
        )  # fmt: skip
        wheel = next(iter(Path(place).glob("*.whl")), None)
        if fetched.returncode != 0 or wheel is None:
            return False
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.namelist():
                if entry.endswith((".otf", ".ttf")):
                    (folder / Path(entry).name).write_bytes(archive.read(entry))
    return any(folder.glob("*.?tf"))


def refresh_package_lists() -> bool:
    """Fetch apt's lists, which a fresh container lacks; tell whether a second try is worth it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    done = subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False)
    return done.returncode == 0


def ensure(data_dir: Path) -> Path:
    """Fetch the fonts once and return fontconfig's file for FONTCONFIG_FILE."""
    folder = data_dir / "fonts"
    stamp = Stamp(folder / ".fetched")
    full, plain = (fingerprint((), kind, str(sorted(FACES.items()))) for kind in ("full", "plain"))
    if not (stamp.matches(full) or stamp.matches(plain)):
        say("下载公文字体（约 120 MB，仅首次）", "Fetching the fonts of the documents")
        folder.mkdir(parents=True, exist_ok=True)
        if fetch_from_debian(folder) or (refresh_package_lists() and fetch_from_debian(folder)):
            stamp.write(full)
        elif fetch_from_wheel(folder):
            warn(
                "apt 不可用，改用 PyPI 上的思源字体：公文中的仿宋、楷体将以宋体代替，没有粗体。"
                "如需标准字体，请在能用 apt 的系统上运行，或把字体文件放入 "
                f"{folder}。",
                "apt failed: only Noto Sans and Serif were fetched, without FangSong and KaiTi.",
            )
            stamp.write(plain)
        else:
            raise Refusal(
                "字体下载失败：apt 和 PyPI 都无法访问。请检查网络后重新运行。",
                "Neither apt nor the Python package index could deliver the fonts.",
            )
    file = configuration_file(data_dir)
    text = configuration(folder)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file


def main() -> int:
    say("字体已就绪", str(ensure(chosen_data_dir())))
    return 0


if __name__ == "__main__":
    run_as_program(main)
