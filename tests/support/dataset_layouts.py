"""Tiny data sets in the layouts that real ones are passed around in."""

import io
import zipfile

import numpy as np
import openpyxl
from PIL import Image


def png(seed, size=(40, 32)):
    """A small film that no other seed gives."""
    film = np.zeros(size)
    film[10:, 10:22] = 150
    film += np.random.default_rng(seed).integers(0, 60, size)
    file = io.BytesIO()
    Image.fromarray(film.astype("uint8")).save(file, "PNG")
    return file.getvalue()


def jpeg(seed, size=(40, 32)):
    file = io.BytesIO()
    Image.open(io.BytesIO(png(seed, size))).save(file, "JPEG", quality=95)
    return file.getvalue()


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    """The bytes of a zip of {name: bytes}."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def excel(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def put(folder, files):
    """Write {name: bytes or text} below a folder and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


TRAINING_CSV = "id,boneage,male\n" + "".join(
    f"{1377 + i},{12 + 8 * i},{i % 2 == 0}\n" for i in range(20)
)
TRAINING = {f"boneage-training-dataset/{1377 + i}.png": png(i) for i in range(20)}


def kaggle():
    """Kaggle: doubled folder, and a test table without labels."""
    files = {f"boneage-training-dataset/{name}": data for name, data in TRAINING.items()}
    files["boneage-training-dataset.csv"] = TRAINING_CSV.encode()
    files["boneage-test-dataset.csv"] = b"Case ID,Sex\n4360,M\n4361,F\n"
    for case in (4360, 4361):
        files[f"boneage-test-dataset/boneage-test-dataset/{case}.png"] = png(case)
    return files


def rsna_originals():
    """The four downloads of the RSNA as they are served, each a zip (one with zips inside)."""
    halves = [
        {
            f"boneage-validation-dataset-{k}/{1500 + 2 * i + k}.png": png(100 + 10 * k + i)
            for i in range(3)
        }
        for k in (1, 2)
    ]
    validation = "Image ID,male,Bone Age (months)\n" + "".join(
        f"{name.split('/')[1][:-4]},{'TRUE' if i % 2 else 'FALSE'},{60 + i}\n"
        for i, name in enumerate([*halves[0], *halves[1]])
    )
    inside = "Bone Age Validation Set/"
    return {
        "Bone Age Training Set.zip": zipped(TRAINING),
        "Bone Age Training Set Annotations.zip": zipped({"train.csv": TRAINING_CSV}),
        "Bone Age Validation Set.zip": zipped(
            {
                inside + "boneage-validation-dataset-1.zip": zipped(halves[0]),
                inside + "boneage-validation-dataset-2.zip": zipped(halves[1]),
                inside + "Validation Dataset.csv": validation,
            },
            zipfile.ZIP_STORED,
        ),
        "Bone Age Test Set.zip": zipped(
            {
                "Bone Age Test Set/Test Set Images/4360.png": png(200),
                "Bone Age Test Set/Test Set Images/4361.png": png(201),
                "Bone Age Test Set/Bone age ground truth.xlsx": excel(
                    [
                        ["Case ID", "Sex", "Ground truth bone age (months)"],
                        [4360, "M", 168.93],
                        [4361, "F", 47.5],
                    ]
                ),
            }
        ),
    }


def dha(readings=True):
    """The atlas's tree with its 12-column table without header."""
    files, rows, number = {}, [], 5100
    for group in ("ASI", "BLK", "CAU", "HIS"):
        for sex in "FM":
            for age in (4, 11):
                name = f"JPEGimages/{group}{sex}/{group}{sex}{age:02d}/{number}.jpg"
                files[name] = jpeg(number)
                rows.append(
                    f"{name},{group},{sex},{age + 0.4},01/02/1990,03/04/1998,2,120,30,65,"
                    f"{age + 0.5},{age + 1}"
                )
                number += 1
    if readings:
        files["meta.csv"] = "\n".join(rows) + "\n"
    return files


def films(*names):
    """Small films of these names, no two alike."""
    return {name: png(number) for number, name in enumerate(names)}


def table_of(ages, sexes="FM", column="bone_age", head="image_id,sex"):
    """Films 1.png, 2.png, ... with their table: ages as given, sexes in turn."""
    rows = [f"{i + 1},{sexes[i % len(sexes)]},{age}" for i, age in enumerate(ages)]
    return {
        **films(*(f"{i + 1}.png" for i in range(len(ages)))),
        "t.csv": "\n".join([f"{head},{column}", *rows]) + "\n",
    }
