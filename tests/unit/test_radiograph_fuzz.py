"""Damaged in any way, a file is read or refused: nothing else happens, and nothing hangs."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole_files import WHOLE

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "flip", "cut", "insert", "end"]),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=5,
)


def damaged(data, edits, header_only):
    data = bytearray(data)
    for kind, where, junk in edits:
        at = int(where * (min(len(data), 700) if header_only else len(data)))
        if kind == "set":
            data[at : at + len(junk)] = junk
        elif kind == "flip" and at < len(data):
            data[at] ^= 1 << junk[0] % 8
        elif kind == "cut":
            del data[at : at + junk[0] % 20 + 1]
        elif kind == "insert":
            data[at:at] = junk
        elif kind == "end" and junk[0] < 60:
            del data[at:]
    return bytes(data)


@settings(
    max_examples=400, deadline=2000, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(sorted(WHOLE)), EDITS, st.booleans())
def test_any_damage_gives_a_film_or_two_sentences(kind, edits, header_only):
    try:
        pixels = read_radiograph(damaged(WHOLE[kind], edits, header_only)).pixels
    except bk.BadInput as error:
        assert error.problem.endswith(".") and error.remedy and "\n" not in str(error)
    else:
        assert pixels.dtype == np.float32 and pixels.ndim == 2
        assert np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1
