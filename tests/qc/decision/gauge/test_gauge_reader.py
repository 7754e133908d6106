"""Studies from CSV as people and spreadsheets write it, and from inspections."""

import numpy as np
import pytest
from gauge_studies import AIAG, HOUF_BERMAN

from qc.decision.conformity import Decision
from qc.decision.gauge import read_study
from qc.decision.verdict import Reason, Verdict
from qc.errors import GaugeError
from qc.records import Inspection, Measurement, PhotoRecord, Versions


def _csv(values, write="{part},{operator},{trial},{value}", head="part,operator,trial,value"):
    lines = [head]
    for (i, j, k), value in np.ndenumerate(values):
        lines.append(write.format(part=i + 1, operator="ABC"[j], trial=k + 1, value=value))
    return "\n".join(lines) + "\n"


def _file(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "study.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_plain_csv(tmp_path):
    file = read_study(_file(tmp_path, _csv(AIAG)))
    assert file.tolerance is None
    assert file.study.operators == ("A", "B", "C")
    np.testing.assert_array_equal(file.study.values, AIAG)


def test_spreadsheets_dialect_with_decimal_commas(tmp_path):
    text = _csv(AIAG, "{value};{trial};{operator};{part};x", "Value;Trial;Operator;Part;remark")
    text = text.replace(".", ",").replace("\n", "\r\n")
    file = read_study(_file(tmp_path, text, "utf-8-sig"))
    np.testing.assert_array_equal(file.study.values, AIAG)


GOOD = _csv(HOUF_BERMAN)
WRONG = {
    "empty": ("", "row 1: column 'part' is missing"),
    "no value": ("part,operator,trial\n", "row 1: column 'value'"),
    "text in a number": (GOOD.replace("1,A,2,38.0", "1,A,2,38 mm"), "row 3: .*'38 mm' is not"),
    "empty value": (GOOD.replace("1,A,2,38.0", "1,A,2,"), "row 3: the value is empty"),
    "nan": (GOOD.replace("1,A,2,38.0", "1,A,2,nan"), "row 3: .*'nan' is not a number"),
    "decimal comma": (GOOD.replace("1,A,2,38.0", "1,A,2,38,5"), "row 3: 5 columns"),
    "no operator": (GOOD.replace("1,A,2,38.0", "1,,2,38.0"), "row 3: operator is empty"),
    "a reading lost": (GOOD.replace("1,A,2,38.0\n", "\n"), "row 4: .*2 times, others 3"),
    "binary": ("part,operator,trial,value\n1,A,1,\0", "row 2"),
}


@pytest.mark.parametrize("case", WRONG)
def test_errors_name_the_row_and_the_fix(case, tmp_path):
    text, message = WRONG[case]
    with pytest.raises(GaugeError, match=message) as caught:
        read_study(_file(tmp_path, text))
    assert caught.value.fix


def test_what_is_no_text_is_refused(tmp_path):
    with pytest.raises(GaugeError, match="cannot read"):
        read_study(tmp_path / "absent.csv")
    with pytest.raises(GaugeError, match="not text in UTF-8"):
        read_study(_file(tmp_path, _csv(AIAG), "utf-16"))


def _inspection(value, photo, *, upper_mm=151.0, names=("rim", "foot")):
    measurements = tuple(
        Measurement(
            name=name,
            feature="diameter",
            view="top",
            value_mm=value,
            u95_mm=0.1,
            lower_mm=149,
            upper_mm=upper_mm,
            default_tolerance=False,
            decision=Decision.PASS,
            budget=(),
            line_px=(),
        )
        for name in names
    )
    shot = PhotoRecord(
        view="top",
        sha256=photo,
        width_px=1,
        height_px=1,
        mat=None,
        mm_per_px=None,
        distance_mm=None,
        tilt_deg=None,
        mat_residual_px=None,
    )
    return Inspection(
        verdict=Verdict.CHECK,
        reasons=(Reason.of(Verdict.CHECK, "defects-not-inspected"),),
        measurements=measurements,
        defects=(),
        photos=(shot,),
        versions=Versions(software="0", spec="bowl@1", release=None, mat=None, station=None),
    )


def _records(tmp_path, **changes):
    """Write a study of inspections; `changes` alter that of part 1, operator B, trial 1."""
    lines = ["part,operator,trial,inspection"]
    for (i, j, k), value in np.ndenumerate(AIAG[:3, :2, :2]):
        name = f"{i}{j}{k}.json"
        given = {"value": 150 + value, "photo": name}
        given |= changes if (i, j, k) == (0, 1, 0) else {}
        (tmp_path / name).write_text(_inspection(**given).model_dump_json())
        lines.append(f"{i},{j},{k},{name}")
    return _file(tmp_path, "\n".join(lines))


def test_inspections_bring_value_and_tolerance(tmp_path):
    file = read_study(_records(tmp_path), "rim")
    np.testing.assert_allclose(file.study.values, 150 + AIAG[:3, :2, :2])
    assert file.tolerance == 2.0


WRONG_RECORDS = {
    "same photo": ({"photo": "000.json"}, "rim", "row 4: the photo is the one of row 2"),
    "other limits": ({"upper_mm": 152.0}, "rim", "row 4: the limits .* differ"),
    "other measurement": ({"names": ("length",)}, "rim", "row 4: .*no measurement 'rim'"),
    "not judged": ({"names": ()}, "rim", "row 4: .*no measurements"),
    "not chosen": ({}, None, "row 2: .*2 measurements"),
}


@pytest.mark.parametrize("case", WRONG_RECORDS)
def test_inspections_that_do_not_fit_are_refused(case, tmp_path):
    changes, name, message = WRONG_RECORDS[case]
    with pytest.raises(GaugeError, match=message) as caught:
        read_study(_records(tmp_path, **changes), name)
    assert caught.value.fix


def test_broken_records_are_refused(tmp_path):
    path = _records(tmp_path)
    (tmp_path / "010.json").write_text("{}")
    with pytest.raises(GaugeError, match=r"row 4: .*not an inspection"):
        read_study(path, "rim")
    (tmp_path / "010.json").unlink()
    with pytest.raises(GaugeError, match="row 4: cannot read"):
        read_study(path, "rim")
