#!/usr/bin/env bash
# Fetches what reads pictures, and lays it out in a folder: ONNX Runtime's library and the PP-OCR models.
#
#   scripts/ocr.sh [FOLDER]       (by default ocr in Docket's cache)
#
# They come out of two Python wheels, whose versions and contents are pinned here; nothing is
# installed, and neither Python nor its code is needed afterwards. Needs python3 with pip, and installs them where they
# are missing. Does nothing if the folder is complete.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=${1:-$cache/ocr}
runtime=1.31.1
models=1.4.4

# The library differs by machine, the models do not.
machine=$(uname -m)
case $machine in
  x86_64) runtime_sha256=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f ;;
  aarch64) runtime_sha256=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3 ;;
  *) fail "no ONNX Runtime is pinned for $machine; Tesseract reads pictures without it" ;;
esac
models_sha256=971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf

stamp="$runtime_sha256 $models_sha256"
if [[ -f "$folder/complete" && "$(<"$folder/complete")" == "$stamp" ]]; then
  exit 0
fi

have python3 || apt_install "Python, to fetch and unpack what reads pictures" python3
pip=(python3 -m pip)
"${pip[@]}" --version >/dev/null 2>&1 || {
  [[ -x "$cache/venv/bin/python" ]] && pip=("$cache/venv/bin/python" -m pip)
  "${pip[@]}" --version >/dev/null 2>&1 || apt_install "pip, to fetch what reads pictures" python3-pip
}

parent=$(dirname "$folder")
mkdir -p "$parent"
work=$(mktemp -d "$parent/.ocr.XXXXXX")
trap 'rm -rf "$work"' EXIT

# fetch NAME VERSION SHA256: the wheel for one fixed Python, as pip's own choice differs by machine.
fetch() {
  say "fetching $1 $2"
  printf '%s==%s --hash=sha256:%s\n' "$1" "$2" "$3" >"$work/requirements.txt"
  # Where there is no way out, that is known soon.
  "${pip[@]}" download --quiet --disable-pip-version-check --retries 2 --timeout 10 --no-deps --only-binary=:all: --require-hashes \
    --python-version 3.11 --implementation cp --abi cp311 --abi none \
    --platform "manylinux_2_28_$machine" --platform any \
    --dest "$work/wheels" --requirement "$work/requirements.txt" ||
    fail "could not fetch $1 $2"
}
fetch onnxruntime "$runtime" "$runtime_sha256"
fetch rapidocr-onnxruntime "$models" "$models_sha256"

mkdir -p "$work/out"
python3 - "$work/wheels" "$work/out" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheels, out = map(pathlib.Path, sys.argv[1:])
wanted = {
    "onnxruntime/capi/libonnxruntime.so.": "libonnxruntime.so",
    "onnxruntime/LICENSE": "onnxruntime-LICENSE",
    "onnxruntime/ThirdPartyNotices.txt": "onnxruntime-ThirdPartyNotices.txt",
    "rapidocr_onnxruntime-1.4.4.dist-info/METADATA": "rapidocr-onnxruntime-METADATA",
    "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx": "ch_PP-OCRv4_det_infer.onnx",
    "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx": "ch_PP-OCRv4_rec_infer.onnx",
}
for wheel in wheels.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            for start in [start for start in wanted if name.startswith(start)]:
                with archive.open(name) as source, open(out / wanted.pop(start), "wb") as target:
                    shutil.copyfileobj(source, target)
if wanted:
    sys.exit("missing in the wheels: " + ", ".join(wanted))
PYTHON

printf '%s\n' "$stamp" >"$work/out/complete"
rm -rf "$folder"
mv "$work/out" "$folder"
say "what reads pictures is in $folder"
