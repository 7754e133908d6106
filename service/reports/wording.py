"""The words of the report in its four languages.

Sampling terms are those of the standard's national editions: SNI/ISO 2859-1, JIS Z 9015-1 and
KS Q ISO 2859-1. A test holds that every language says everything and that the fonts have every
character.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from qc.spec.base import LocalText
from qc.spec.models import ReportLanguage

Words = Mapping[ReportLanguage, str]

LABELS: Final[Mapping[str, Words]] = {
    key: dict(zip(("id", "en", "ja", "ko"), words, strict=True))
    for key, words in {
        "title": ("Laporan inspeksi", "Inspection report", "検査報告書", "검사 보고서"),
        "number": ("Nomor", "Number", "報告書番号", "보고서 번호"),
        "draft": (
            "DRAF, belum ditandatangani",
            "DRAFT, not signed",
            "下書き（未署名）",
            "초안 (미서명)",
        ),
        "example": (
            "Spesifikasi contoh: tidak ditulis oleh pembeli ini.",
            "Example specification: not written by this buyer.",
            "見本の仕様書です。発注者が作成したものではありません。",
            "예시 사양서입니다. 구매자가 작성한 것이 아닙니다.",
        ),
        "accept": ("DITERIMA", "ACCEPTED", "合格", "합격"),
        "reject": ("DITOLAK", "REJECTED", "不合格", "불합격"),
        "undecided": ("BELUM DIPUTUSKAN", "NOT DECIDED", "未判定", "미판정"),
        "lot-accepted": (
            "Lot ini memenuhi rencana pengambilan sampel.",
            "This lot meets its sampling plan.",
            "このロットは抜取検査方式に適合しています。",
            "이 로트는 샘플링 검사 방식에 적합합니다.",
        ),
        "workshop": ("Bengkel", "Workshop", "製造者", "제조자"),
        "buyer": ("Pembeli", "Buyer", "発注者", "구매자"),
        "product": ("Produk", "Product", "製品", "제품"),
        "material": ("Bahan", "Material", "材質", "재질"),
        "order": ("Nomor pesanan", "Order number", "注文番号", "주문 번호"),
        "spec": ("Spesifikasi", "Specification", "仕様書", "사양서"),
        "size": ("Ukuran lot", "Lot size", "ロットサイズ", "로트 크기"),
        "inspected": ("Barang diperiksa", "Units inspected", "検査した個数", "검사 수량"),
        "period": ("Waktu inspeksi", "Inspected", "検査日時", "검사 일시"),
        "decision": ("Keputusan", "Decision", "判定", "판정"),
        "plan": (
            "Rencana pengambilan sampel",
            "Sampling plan",
            "抜取検査方式",
            "샘플링 검사 방식",
        ),
        "level": ("Tingkat inspeksi", "Inspection level", "検査水準", "검사 수준"),
        "letter": ("Huruf kode", "Code letter", "サンプル文字", "시료 문자"),
        "class": ("Kelas", "Class", "欠点の区分", "결점 구분"),
        "severity": ("Inspeksi", "Inspection", "検査の厳しさ", "검사 엄격도"),
        "sample": ("Sampel n", "Sample n", "サンプルサイズ n", "시료 크기 n"),
        "found": ("Ditemukan", "Found", "検出数", "발견 수"),
        "result": ("Hasil", "Result", "結果", "결과"),
        "full": ("semua", "all", "全数", "전수"),
        "none-allowed": ("tidak ada", "none", "許容なし", "허용 없음"),
        "defects-per-100": (
            "Dihitung per cacat, bukan per barang.",
            "Counts nonconformities, not units.",
            "不適合品数ではなく不適合数で数えます。",
            "부적합품 수가 아니라 부적합 수로 셉니다.",
        ),
        "unconfirmed": (
            "Rencana ini bersandar pada satu salinan tabel standar.",
            "This plan rests on a single transcription of the standard's tables.",
            "この方式は規格表の写し一つだけに基づいています。",
            "이 방식은 규격표의 사본 하나에만 근거합니다.",
        ),
        "critical": ("kritis", "critical", "致命欠点", "치명결점"),
        "major": ("berat", "major", "重欠点", "중결점"),
        "minor": ("ringan", "minor", "軽欠点", "경결점"),
        "doubt": ("ragu", "in doubt", "要確認", "확인 필요"),
        "unnamed": ("tidak diatur", "not in the spec", "仕様書に規定なし", "사양서에 규정 없음"),
        "normal": ("normal", "normal", "なみ検査", "보통 검사"),
        "tightened": ("diperketat", "tightened", "きつい検査", "까다로운 검사"),
        "reduced": ("dilonggarkan", "reduced", "ゆるい検査", "수월한 검사"),
        "single": ("tunggal", "single", "1回抜取", "1회 샘플링"),
        "double": ("ganda", "double", "2回抜取", "2회 샘플링"),
        "class-accept": ("terima", "accept", "合格", "합격"),
        "class-reject": ("tolak", "reject", "不合格", "불합격"),
        "class-undecided": ("belum", "not yet", "未定", "미정"),
        "defects": (
            "Ketidaksesuaian menurut kelas",
            "Nonconformities by class",
            "区分別の不適合",
            "구분별 부적합",
        ),
        "no-defects": (
            "Tidak ditemukan ketidaksesuaian.",
            "No nonconformity was found.",
            "不適合は見つかりませんでした。",
            "부적합이 발견되지 않았습니다.",
        ),
        "type": ("Jenis", "Type", "種類", "종류"),
        "units": ("Barang", "Units", "該当個数", "해당 수량"),
        "instances": ("Banyaknya", "Instances", "件数", "건수"),
        "dimension": ("ukuran", "dimension", "寸法", "치수"),
        "cases": (
            "Barang yang tidak sesuai atau ragu",
            "Nonconforming and doubtful units",
            "不適合品および要確認品",
            "부적합품 및 확인 필요 제품",
        ),
        "unit": ("Barang {n}", "Unit {n}", "個体 {n}", "개체 {n}"),
        "part": ("benda {n}", "piece {n}", "部品 {n}", "부품 {n}"),
        "left-out": (
            "{n} barang lagi tidak sesuai atau ragu; tidak digambarkan di sini.",
            "{n} further nonconforming or doubtful units are not pictured here.",
            "ほかに不適合品・要確認品が {n} 個あります（写真は省略）。",
            "그 밖에 부적합품·확인 필요 제품이 {n}개 있습니다 (사진 생략).",
        ),
        "by-person": (
            "ditandai kepala QC",
            "marked by the QC lead",
            "検査責任者が記入",
            "검사 책임자 표시",
        ),
        "said": (
            "Kepala QC {by}: {reason}",
            "QC lead {by}: {reason}",
            "検査責任者 {by}：{reason}",
            "검사 책임자 {by}: {reason}",
        ),
        "agreed": ("setuju", "agreed", "同意", "동의"),
        "outside": (
            "{name} di luar batas",
            "{name} outside its limits",
            "{name}：許容範囲外",
            "{name}: 허용 범위 밖",
        ),
        "colour": ("warna", "colour", "色", "색상"),
        "sheet": ("Lembar ukuran", "Measurement sheet", "寸法測定表", "치수 측정표"),
        "no-sheet": (
            "Spesifikasi tidak meminta ukuran.",
            "The specification asks for no dimension.",
            "仕様書に寸法の指定はありません。",
            "사양서에 치수 지정이 없습니다.",
        ),
        "limits": ("Batas", "Limits", "許容範囲", "허용 범위"),
        "sheet-note": (
            "Nilai ± U95: ketidakpastian diperluas, k = 2. Keputusan menurut ISO 14253-1 dengan "
            "pita penjaga 1,65 u. × di luar batas, ? terlalu dekat batas, – tidak diukur.",
            "Value ± U95: expanded uncertainty, k = 2. Decisions by ISO 14253-1 with a guard band "
            "of 1.65 u. × outside the limits, ? too near a limit, – not measured.",
            "値 ± U95：拡張不確かさ（k = 2）。判定は ISO 14253-1、ガードバンド 1.65 u による。"
            "× 許容範囲外、? 限界に近く判定保留、– 測定なし。",
            "값 ± U95: 확장 불확도 (k = 2). 판정은 ISO 14253-1, 보호 대역 1.65 u에 따름. "
            "× 허용 범위 밖, ? 한계에 가까워 판정 보류, – 측정 안 함.",
        ),
        "default-tolerance": (
            "* Pembeli tidak memberi batas; berlaku toleransi standar Teliti.",
            "* The buyer gave no limits; Teliti's default tolerance applies.",
            "* 発注者の指定がないため、Teliti の標準公差を適用しました。",
            "* 구매자 지정이 없어 Teliti의 기본 공차를 적용했습니다.",
        ),
        "swelling": (
            "Bukan bagian U95: bila kadar air berubah ± {percent} %, ukuran berubah: {sizes}.",
            "Not part of U95: ± {percent} % of moisture content would change {sizes}.",
            "U95 に含まない：含水率が ± {percent} % 変わると寸法が変わります：{sizes}。",
            "U95에 포함되지 않음: 함수율이 ± {percent} % 변하면 치수가 변합니다: {sizes}.",
        ),
        "calliper": (
            "c diukur dengan jangka sorong.",
            "c measured with a calliper.",
            "c ノギスによる測定値。",
            "c 버니어 캘리퍼스 측정값.",
        ),
        "cannot": (
            "Yang tidak terlihat di foto",
            "What a photo cannot tell",
            "写真では判断できない事項",
            "사진으로 판단할 수 없는 사항",
        ),
        "cannot-note": (
            "Foto memperlihatkan permukaan sisi berikut saja: {views}. Bagian dalam, kekuatan, "
            "bau dan sisi lain tidak diperiksa. Keterangan di bawah berasal dari bengkel.",
            "The photos show the surface of these sides only: {views}. The inside, strength, smell "
            "and other sides were not inspected. What follows is stated by the workshop.",
            "写真に写るのは次の面の表面だけです：{views}。内部、強度、におい、その他の面は"
            "検査していません。以下は製造者の申告です。",
            "사진은 다음 면의 표면만 보여 줍니다: {views}. 내부, 강도, 냄새, 다른 면은 검사하지 "
            "않았습니다. 아래 내용은 제조자가 밝힌 것입니다.",
        ),
        "zone": ("zona", "zone", "ゾーン", "구역"),
        "moisture": ("Kadar air", "Moisture content", "含水率", "함수율"),
        "moisture-read": (
            "{range} % pada {units} dari {inspected} barang; {instruments}; {by}, {days}",
            "{range} % in {units} of {inspected} units; {instruments}; {by}, {days}",
            "{range} %（{inspected} 個のうち {units} 個）、{instruments}、{by}、{days}",
            "{range} % ({inspected}개 중 {units}개), {instruments}, {by}, {days}",
        ),
        "moisture-unread": (
            "tidak ada hasil ukur yang dicatat",
            "no reading was entered",
            "測定値の記録なし",
            "측정값 기록 없음",
        ),
        "species": ("Jenis kayu", "Wood species", "樹種", "수종"),
        "chemistry": (
            "Zat kimia, bahan pelapis",
            "Chemistry, coating",
            "化学物質・塗料",
            "화학 물질·도료",
        ),
        "other": ("Lainnya", "Other", "その他", "기타"),
        "not-stated": ("tidak dinyatakan", "not stated", "記載なし", "기재 없음"),
        "document": (
            "dokumen: {name}",
            "document: {name}",
            "添付資料：{name}",
            "첨부 자료: {name}",
        ),
        "used": (
            "Alat dan versi",
            "Tools and versions",
            "使用機器とバージョン",
            "사용 도구와 버전",
        ),
        "software": ("Perangkat lunak", "Software", "ソフトウェア", "소프트웨어"),
        "releases": ("Model cacat", "Defect model", "欠点検出モデル", "결점 검출 모델"),
        "normality": ("Memori barang baik", "Memory of good items", "良品の記憶", "양품 기억"),
        "stations": ("Stasiun", "Station", "検査台", "검사대"),
        "mats": ("Alas ukur", "Mat", "基準マット", "기준 매트"),
        "reviews": (
            "Pemeriksaan yang ditinjau orang: {reviewed}, di antaranya berbeda dari mesin: "
            "{overruled}.",
            "Inspections reviewed by a person: {reviewed}, of which decided unlike the machine: "
            "{overruled}.",
            "人による再確認：{reviewed} 件、うち機械と異なる判定 {overruled} 件。",
            "사람이 재검토: {reviewed}건, 그중 기계와 다른 판정 {overruled}건.",
        ),
        "none": ("tidak ada", "none", "なし", "없음"),
        "signature": ("Tanda tangan", "Signature", "署名", "서명"),
        "signed": (
            "Ditandatangani secara elektronik di dalam sistem",
            "Signed electronically in the system",
            "システム内で電子署名",
            "시스템에서 전자 서명됨",
        ),
        "lead": ("kepala QC", "QC lead", "検査責任者", "검사 책임자"),
        "admin": ("admin", "admin", "管理者", "관리자"),
        "verify": (
            "Pindai kode ini untuk mencocokkan isi laporan. `qc report verify` memeriksa berkas "
            "ini sampai byte terakhir.",
            "Scan this code to compare what the report says. `qc report verify` checks this file "
            "to its last byte.",
            "コードを読み取ると報告書の内容を照合できます。`qc report verify` はこの"
            "ファイルを最後の1バイトまで検証します。",
            "코드를 스캔하면 보고서 내용을 대조할 수 있습니다. `qc report verify`는 이 파일을 "
            "마지막 바이트까지 확인합니다.",
        ),
        "content-hash": ("Hash isi", "Content hash", "内容のハッシュ", "내용 해시"),
        "page": ("Halaman", "Page", "ページ", "쪽"),
        "picture-of": (
            "Foto {unit}, sisi {view}",
            "Photo of {unit}, view {view}",
            "{unit} の写真、{view}",
            "{unit} 사진, {view}",
        ),
        "qr": (
            "Kode QR pencocokan",
            "QR code for verification",
            "照合用QRコード",
            "대조용 QR 코드",
        ),
    }.items()
}

DEFECTS: Final[Mapping[str, Words]] = {
    key: dict(zip(("id", "en", "ja", "ko"), words, strict=True))
    for key, words in {
        "crack": ("retak", "crack", "ひび割れ", "균열"),
        "chip": ("gompal", "chip", "欠け", "깨짐"),
        "hole": ("lubang", "hole", "穴", "구멍"),
        "scratch": ("goresan", "scratch", "すり傷", "긁힘"),
        "dent": ("penyok", "dent", "へこみ", "찍힘"),
        "stain": ("noda", "stain", "しみ・変色", "얼룩"),
        "coating": ("cacat pelapis", "coating fault", "塗装不良", "도장 불량"),
        "knot": ("mata kayu", "knot", "節", "옹이"),
        "roughness": ("serat kasar", "roughness", "ささくれ", "거스러미"),
        "anomaly": ("kejanggalan", "anomaly", "異常", "이상"),
    }.items()
}
"""Common types; others are called by their own name."""

_MONTHS: Final = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}


def say(language: ReportLanguage, key: str, **values: object) -> str:
    """Return one label."""
    return LABELS[key][language].format(**values)


def sayer(language: ReportLanguage) -> Callable[[str], str]:
    """Return what gives the labels of one language."""
    return lambda key: LABELS[key][language]


def local(language: ReportLanguage, text: LocalText) -> str:
    """Return a text of the spec, which is written in two languages."""
    return text.id if language == "id" else text.en


def dimension(language: ReportLanguage, name: str, label: LocalText | None) -> str:
    """Return what people call a dimension."""
    if name == "colour":
        return say(language, "colour")
    return name if label is None else local(language, label)


def defect(language: ReportLanguage, defect_type: str) -> str:
    """Return what people call a type of defect."""
    return DEFECTS[defect_type][language] if defect_type in DEFECTS else defect_type


def number(language: ReportLanguage, value: float, decimals: int | None = None) -> str:
    """Write a number; without `decimals` as short as it is."""
    text = f"{value:g}" if decimals is None else f"{value:.{decimals}f}"
    return text.replace(".", ",") if language == "id" else text


def day(language: ReportLanguage, when: datetime) -> str:
    """Write a day, UTC."""
    date = when.astimezone(UTC)
    if language == "ja":
        return f"{date.year}年{date.month}月{date.day}日"
    if language == "ko":
        return f"{date.year}년 {date.month}월 {date.day}일"
    return f"{date.day} {_MONTHS[language].split()[date.month - 1]} {date.year}"


def moment(language: ReportLanguage, when: datetime) -> str:
    """Write a day and time, UTC."""
    return f"{day(language, when)} {when.astimezone(UTC):%H:%M} UTC"
