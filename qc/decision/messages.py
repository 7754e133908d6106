"""What people are told, in short imperative sentences: code → language → sentence.

Every code has both languages; `{…}` are filled by `qc.decision.verdict.Reason.of`, which writes
numbers as the language does and begins the sentence with a capital.
"""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "id")

DEFECT_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "crack": {"en": "crack", "id": "retak"},
    "chip": {"en": "chip", "id": "gompal"},
    "hole": {"en": "hole", "id": "lubang"},
    "scratch": {"en": "scratch", "id": "goresan"},
    "dent": {"en": "dent", "id": "penyok"},
    "stain": {"en": "stain", "id": "noda"},
    "coating": {"en": "coating fault", "id": "cacat pelapis"},
    "knot": {"en": "knot", "id": "mata kayu"},
    "roughness": {"en": "roughness", "id": "serat kasar"},
    "anomaly": {"en": "anomaly", "id": "kejanggalan"},
}
"""Names of the common types. The list of types is open: others are called by their own name."""

SEVERITY_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "critical": {"en": "critical", "id": "kritis"},
    "major": {"en": "major", "id": "berat"},
    "minor": {"en": "minor", "id": "ringan"},
    "acceptable": {"en": "acceptable", "id": "dapat diterima"},
}

COLOUR_TROUBLES: Final[Mapping[str, Mapping[str, str]]] = {
    "dark": {
        "en": "The light is too weak to judge the colour. Switch the lamp on.",
        "id": "Cahaya kurang untuk menilai warna. Nyalakan lampu.",
    },
    "bright": {
        "en": "The mat's paper is overexposed, so the colour is unknown. Turn the lamp away.",
        "id": "Kertas alas terlalu terang, warna tidak bisa dinilai. Jauhkan lampu.",
    },
    "uneven": {
        "en": "The light is too uneven to judge the colour. Move the lamp farther away.",
        "id": "Cahaya tidak rata, warna tidak bisa dinilai. Jauhkan lampu.",
    },
    "tinted": {
        "en": "The light is too coloured to judge the colour. Use a white lamp.",
        "id": "Cahaya berwarna, warna tidak bisa dinilai. Pakai lampu putih.",
    },
    "covered": {
        "en": "The grey patches are covered or dirty, so the colour is unknown. Clear the corners.",
        "id": "Kotak abu-abu tertutup atau kotor, warna tidak bisa dinilai. Bersihkan sudut alas.",
    },
    "glare": {
        "en": "Too much glare or shadow to judge the colour. Move the lamp.",
        "id": "Terlalu banyak pantulan atau bayangan untuk menilai warna. Geser lampu.",
    },
}
"""Why a colour cannot be judged."""

MESSAGES: Final[Mapping[str, Mapping[str, str]]] = {
    # The photo gate: what to change before the next photo.
    "photo-blurred": {
        "en": "The photo is blurred. Hold the tablet still and tap the item to focus.",
        "id": "Foto buram. Tahan tablet, lalu ketuk barang agar fokus.",
    },
    "photo-dark": {
        "en": "The photo is too dark. Switch the lamp on.",
        "id": "Foto terlalu gelap. Nyalakan lampu.",
    },
    "photo-bright": {
        "en": "The photo is too bright. Turn the lamp away or move out of the sun.",
        "id": "Foto terlalu terang. Jauhkan lampu atau hindari matahari.",
    },
    "photo-glare": {
        "en": "Light glares on the item. Move the lamp or turn the item.",
        "id": "Barang memantulkan cahaya. Geser lampu atau putar barang.",
    },
    "photo-grey": {
        "en": "The photo has no colour. Take it with the colour camera.",
        "id": "Foto tidak berwarna. Pakai kamera berwarna.",
    },
    "photo-small": {
        "en": "The photo is too small ({width_px}×{height_px}). Use the full camera resolution.",
        "id": "Foto terlalu kecil ({width_px}×{height_px}). Pakai resolusi kamera penuh.",
    },
    "mat-missing": {
        "en": "No mat in the photo. Put the item on the printed mat.",
        "id": "Alas tidak terlihat. Letakkan barang di atas alas cetak.",
    },
    "mat-mirrored": {
        "en": "The mat is mirrored. Use the rear camera and switch mirroring off.",
        "id": "Alas terbalik kiri-kanan. Pakai kamera belakang dan matikan mode cermin.",
    },
    "mat-doubled": {
        "en": "The mat is seen twice or folded. Leave one mat in the photo, and lay it flat.",
        "id": "Terlihat dua alas atau alas terlipat. Sisakan satu alas dan ratakan.",
    },
    "mat-covered": {
        "en": "Too little of the mat's border is visible. Show all four sides.",
        "id": "Tepi alas kurang terlihat. Tampilkan keempat sisinya.",
    },
    "mat-wrong": {
        "en": "This is the {found} mat. The spec asks for {expected}.",
        "id": "Ini alas {found}. Pakai alas {expected}.",
    },
    "mat-not-flat": {
        "en": "The mat is not flat. Smooth it on the table.",
        "id": "Alas tidak rata. Ratakan di meja.",
    },
    "camera-tilted": {
        "en": "The tablet is tilted by {tilt_deg:.0f}°. Hold it level above the mat.",
        "id": "Tablet miring {tilt_deg:.0f}°. Pegang mendatar di atas alas.",
    },
    "camera-far": {
        "en": "The tablet is too far away. Go closer until the mat fills the picture.",
        "id": "Tablet terlalu jauh. Dekatkan sampai alas memenuhi foto.",
    },
    "item-missing": {
        "en": "No item on the mat. Put it in the middle of the blue field.",
        "id": "Barang tidak ada. Letakkan di tengah bidang biru.",
    },
    "item-cut-off": {
        "en": "The item is not wholly inside the blue field. Move it to the middle.",
        "id": "Barang keluar dari bidang biru. Geser ke tengah.",
    },
    "item-unclear": {
        "en": "The item's edge cannot be followed. Remove what touches it and even the light.",
        "id": "Tepi barang tidak jelas. Singkirkan benda di dekatnya dan ratakan cahaya.",
    },
    "item-count": {
        "en": "{found} pieces on the mat, {expected} expected. Correct that and take it again.",
        "id": "Ada {found} benda di alas, seharusnya {expected}. Perbaiki, lalu foto ulang.",
    },
    # Before an upright mat.
    "side-camera-aslant": {
        "en": "The tablet looks aslant at the standing mat ({tilt_deg:.0f}°). Hold it straight in "
        "front, a little above the item.",
        "id": "Tablet miring {tilt_deg:.0f}° terhadap alas yang berdiri. Pegang lurus di depan, "
        "sedikit di atas barang.",
    },
    "side-camera-low": {
        "en": "The tablet is too low. Raise it until you look down a little on the item's top.",
        "id": "Tablet terlalu rendah. Naikkan sampai sedikit melihat bagian atas barang.",
    },
    "side-camera-high": {
        "en": "The tablet is too high ({down_deg:.0f}°). Lower it to a little above the item.",
        "id": "Tablet terlalu tinggi ({down_deg:.0f}°). Turunkan sampai sedikit di atas barang.",
    },
    "side-mat-turned": {
        "en": "The mat does not stand straight in the photo. Stand it on one side, and hold the "
        "tablet level.",
        "id": "Alas tidak tegak lurus di foto. Dirikan pada satu sisi, dan pegang tablet rata.",
    },
    "side-mat-not-flat": {
        "en": "The standing mat is not flat. Fix it on a stiff board.",
        "id": "Alas yang berdiri tidak rata. Tempelkan pada papan kaku.",
    },
    "side-item-low": {
        "en": "No item rises into the blue field. Put it close before the mat, a low one on the "
        "block that the spec states.",
        "id": "Barang tidak sampai ke bidang biru. Letakkan rapat di depan alas; barang rendah di "
        "atas balok sesuai spesifikasi.",
    },
    "side-item-high": {
        "en": "The item ends outside the blue field. Put it before the middle; if it is too high, "
        "use a larger mat.",
        "id": "Barang keluar dari bidang biru. Letakkan di depan tengah alas; jika terlalu tinggi, "
        "pakai alas lebih besar.",
    },
    "side-item-floating": {
        "en": "The item does not reach down to the table. Stand the mat up behind it, both on the "
        "same table.",
        "id": "Barang tidak sampai ke meja. Dirikan alas di belakangnya, keduanya di meja yang "
        "sama.",
    },
    "side-item-apart": {
        "en": "The item looks {found_mm:.1f} mm wide here, {known_mm:.1f} mm from above: it does "
        "not stand where the spec says. Push it against the mat.",
        "id": "Dari depan lebar barang {found_mm:.1f} mm, dari atas {known_mm:.1f} mm: letaknya "
        "tidak sesuai spesifikasi. Rapatkan ke alas.",
    },
    "side-depth-unknown": {
        "en": "{name} cannot be measured: {size} was not. Measure it with the calliper.",
        "id": "{name} tidak bisa diukur karena {size} tidak terukur. Ukur dengan jangka sorong.",
    },
    "height-from-side": {
        "en": "The item is {height_mm:.1f} ± {u95_mm:.1f} mm high, seen from the side.",
        "id": "Tinggi barang {height_mm:.1f} ± {u95_mm:.1f} mm, dilihat dari samping.",
    },
    "view-missing": {
        "en": "The photo of view {view} is missing. Take it.",
        "id": "Foto sisi {view} belum ada. Ambil foto.",
    },
    # The station's calibration: it no longer describes the camera that took the photo.
    "station-other-size": {
        "en": "The photo has {found} px, the station is calibrated for {expected} px. "
        "Use the station's resolution, or have it calibrated again.",
        "id": "Foto {found} px, kalibrasi stasiun untuk {expected} px. "
        "Pakai resolusi itu, atau minta kalibrasi ulang.",
    },
    "station-other-device": {
        "en": "The photo is from {found}, the station is calibrated for {expected}. "
        "Use the station's tablet without zoom, or have it calibrated again.",
        "id": "Foto dari {found}, kalibrasi stasiun untuk {expected}. "
        "Pakai tablet stasiun tanpa zum, atau minta kalibrasi ulang.",
    },
    "station-expired": {
        "en": "The station's calibration expired on {expired_on}. Have it calibrated again.",
        "id": "Kalibrasi stasiun berlaku sampai {expired_on}. Minta kalibrasi ulang.",
    },
    "station-drift": {
        "en": "The mat does not look as the station's calibration expects. Smooth the mat; "
        "if this returns, have the station calibrated again.",
        "id": "Alas tidak sesuai kalibrasi stasiun. Ratakan alas; "
        "jika terulang, minta kalibrasi ulang.",
    },
    # Calibrating a station: the photos that are still missing.
    "calibrate-from-left": {
        "en": "Take a photo slanting from the left, so that the mat's right side is farther away.",
        "id": "Ambil foto miring dari kiri, sehingga sisi kanan alas lebih jauh.",
    },
    "calibrate-from-right": {
        "en": "Take a photo slanting from the right, so that the mat's left side is farther away.",
        "id": "Ambil foto miring dari kanan, sehingga sisi kiri alas lebih jauh.",
    },
    "calibrate-from-above": {
        "en": "Take a photo slanting from the top edge, so that the mat's lower side is "
        "farther away.",
        "id": "Ambil foto miring dari tepi atas, sehingga sisi bawah alas lebih jauh.",
    },
    "calibrate-from-below": {
        "en": "Take a photo slanting from the bottom edge, so that the mat's upper side is "
        "farther away.",
        "id": "Ambil foto miring dari tepi bawah, sehingga sisi atas alas lebih jauh.",
    },
    "calibrate-corner-upper-left": {
        "en": "Take a photo with the mat reaching into the upper left corner of the picture.",
        "id": "Ambil foto dengan alas sampai ke sudut kiri atas gambar.",
    },
    "calibrate-corner-upper-right": {
        "en": "Take a photo with the mat reaching into the upper right corner of the picture.",
        "id": "Ambil foto dengan alas sampai ke sudut kanan atas gambar.",
    },
    "calibrate-corner-lower-left": {
        "en": "Take a photo with the mat reaching into the lower left corner of the picture.",
        "id": "Ambil foto dengan alas sampai ke sudut kiri bawah gambar.",
    },
    "calibrate-corner-lower-right": {
        "en": "Take a photo with the mat reaching into the lower right corner of the picture.",
        "id": "Ambil foto dengan alas sampai ke sudut kanan bawah gambar.",
    },
    "calibrate-turn": {
        "en": "Turn the mat by 90° and take two photos; hold the tablet as before.",
        "id": "Putar alas 90° dan ambil dua foto; pegang tablet seperti tadi.",
    },
    "calibrate-farther": {
        "en": "Take two photos from farther away, about {distance_cm:.0f} cm.",
        "id": "Ambil dua foto dari lebih jauh, sekitar {distance_cm:.0f} cm.",
    },
    "calibrate-more": {
        "en": "Take {count} more photos from other sides.",
        "id": "Ambil {count} foto lagi dari sisi lain.",
    },
    # Dimensions.
    "dimension-inside": {
        "en": "{name} {value:.2f} ± {u95:.2f}{unit} is within {lower:g}–{upper:g}{unit}.",
        "id": "{name} {value:.2f} ± {u95:.2f}{unit} sesuai {lower:g}–{upper:g}{unit}.",
    },
    "dimension-outside": {
        "en": "{name} {value:.2f} ± {u95:.2f}{unit} is outside {lower:g}–{upper:g}{unit}.",
        "id": "{name} {value:.2f} ± {u95:.2f}{unit} di luar {lower:g}–{upper:g}{unit}.",
    },
    "dimension-doubtful": {
        "en": "{name} {value:.2f} ± {u95:.2f}{unit} is too near the limit of "
        "{lower:g}–{upper:g}{unit}. Measure it with the calliper.",
        "id": "{name} {value:.2f} ± {u95:.2f}{unit} terlalu dekat batas "
        "{lower:g}–{upper:g}{unit}. Ukur dengan jangka sorong.",
    },
    "dimension-edge-faint": {
        "en": "The item is too dark for the photo to show its edge. Measure {name} with the "
        "calliper.",
        "id": "Barang terlalu gelap, tepinya tidak jelas di foto. Ukur {name} dengan jangka "
        "sorong.",
    },
    "dimension-height-unknown": {
        "en": "{name} cannot be decided without the item's height. Measure it with the calliper.",
        "id": "{name} tidak bisa diputuskan tanpa tinggi barang. Ukur dengan jangka sorong.",
    },
    "height-measured": {
        "en": "The edge is {height_mm:.1f} ± {u95_mm:.1f} mm high, by two photos.",
        "id": "Tinggi tepi {height_mm:.1f} ± {u95_mm:.1f} mm, dari dua foto.",
    },
    "height-views-close": {
        "en": "Both photos are from the same place. Take the second one a hand farther aside.",
        "id": "Kedua foto dari tempat yang sama. Geser tablet sejengkal untuk foto kedua.",
    },
    "height-views-disagree": {
        "en": "The item moved between the photos. Take both again without touching it.",
        "id": "Barang bergeser di antara foto. Ulangi keduanya tanpa menyentuh barang.",
    },
    "calliper-inside": {
        "en": "{name} {value:.2f} ± {u95:.2f} mm by calliper is within {lower:g}–{upper:g} mm.",
        "id": "{name} {value:.2f} ± {u95:.2f} mm dengan jangka sorong, sesuai "
        "{lower:g}–{upper:g} mm.",
    },
    "calliper-outside": {
        "en": "{name} {value:.2f} ± {u95:.2f} mm by calliper is outside {lower:g}–{upper:g} mm.",
        "id": "{name} {value:.2f} ± {u95:.2f} mm dengan jangka sorong, di luar "
        "{lower:g}–{upper:g} mm.",
    },
    "calliper-doubtful": {
        "en": "{name} {value:.2f} ± {u95:.2f} mm by calliper is too near the limit of "
        "{lower:g}–{upper:g} mm. Ask the QC lead.",
        "id": "{name} {value:.2f} ± {u95:.2f} mm dengan jangka sorong terlalu dekat batas "
        "{lower:g}–{upper:g} mm. Tanya kepala QC.",
    },
    # What a person read or counted besides sizes.
    "reading-unlike": {
        "en": "What was measured by hand contradicts what was said before. Ask the QC lead.",
        "id": "Hasil ukur tangan bertentangan dengan hasil sebelumnya. Tanya kepala QC.",
    },
    "pieces-right": {
        "en": "{found} pieces counted, as ordered.",
        "id": "{found} buah dihitung, sesuai pesanan.",
    },
    "pieces-wrong": {
        "en": "{found} pieces counted, {expected} were ordered.",
        "id": "{found} buah dihitung, dipesan {expected}.",
    },
    "barcode-right": {
        "en": "The barcode is that of the order.",
        "id": "Kode batang sesuai pesanan.",
    },
    "barcode-wrong": {
        "en": "The barcode {found} is not that of the order ({expected}). Change the label.",
        "id": "Kode batang {found} bukan milik pesanan ini ({expected}). Ganti labelnya.",
    },
    "barcode-unread": {
        "en": "No barcode can be read in the photo. Type the number below it.",
        "id": "Kode batang tidak terbaca di foto. Ketik nomor di bawahnya.",
    },
    "feature-no-hole": {
        "en": "{name}: no hole goes through here. Look at the item.",
        "id": "{name}: tidak ada lubang tembus. Periksa barang.",
    },
    "feature-hole-unclear": {
        "en": "{name}: the hole cannot be seen clearly. Measure it with the calliper.",
        "id": "{name}: lubang tidak terlihat jelas. Ukur dengan jangka sorong.",
    },
    "feature-hole-not-round": {
        "en": "{name}: the hole is not round. Look at it.",
        "id": "{name}: lubang tidak bulat. Periksa lubangnya.",
    },
    "feature-ends-alike": {
        "en": "{name}: the two ends look alike. Measure it with the calliper.",
        "id": "{name}: kedua ujung terlihat sama. Ukur dengan jangka sorong.",
    },
    "feature-beyond-item": {
        "en": "{name}: the item does not reach that far. Measure it with the calliper.",
        "id": "{name}: barang tidak sampai ke titik itu. Ukur dengan jangka sorong.",
    },
    "feature-not-straight": {
        "en": "{name}: the edges are not straight enough. Measure it by hand.",
        "id": "{name}: tepinya kurang lurus. Ukur dengan tangan.",
    },
    "feature-corner-sharp": {
        "en": "{name}: the corner is too sharp for the photo. Measure it with a radius gauge.",
        "id": "{name}: sudut terlalu tajam untuk foto. Ukur dengan mal radius.",
    },
    "feature-corner-not-round": {
        "en": "{name}: the corner is not an even arc. Measure it with a radius gauge.",
        "id": "{name}: sudut bukan busur yang rata. Ukur dengan mal radius.",
    },
    "feature-no-neighbour": {
        "en": "{name}: there is no piece beside it. Look at the item.",
        "id": "{name}: tidak ada benda di sebelahnya. Periksa barang.",
    },
    "count-right": {
        "en": "{name}: {found}, as ordered.",
        "id": "{name}: {found}, sesuai pesanan.",
    },
    "count-wrong-parts": {
        "en": "{name}: {found} seen, {expected} ordered. Lay the pieces apart and count them.",
        "id": "{name}: terlihat {found}, dipesan {expected}. Pisahkan, lalu hitung bendanya.",
    },
    "count-wrong-holes": {
        "en": "{name}: {found} seen, {expected} ordered. Look at the holes.",
        "id": "{name}: terlihat {found}, dipesan {expected}. Periksa lubangnya.",
    },
    # Colour against the approved sample.
    "colour-inside": {
        "en": "Colour{piece} differs by ΔE {delta_e:.1f} ± {u95_delta_e:.1f}; "
        "{max_delta_e:g} is allowed.",
        "id": "Warna{piece} berbeda ΔE {delta_e:.1f} ± {u95_delta_e:.1f}; batas {max_delta_e:g}.",
    },
    "colour-outside": {
        "en": "Colour{piece} is wrong: ΔE {delta_e:.1f} ± {u95_delta_e:.1f}, "
        "{max_delta_e:g} is allowed.",
        "id": "Warna{piece} salah: ΔE {delta_e:.1f} ± {u95_delta_e:.1f}, batas {max_delta_e:g}.",
    },
    "colour-doubtful": {
        "en": "Colour{piece} ΔE {delta_e:.1f} ± {u95_delta_e:.1f} is near the limit "
        "{max_delta_e:g}. Compare with the approved sample.",
        "id": "Warna{piece} ΔE {delta_e:.1f} ± {u95_delta_e:.1f} dekat batas {max_delta_e:g}. "
        "Bandingkan dengan contoh.",
    },
    "colour-unknown": {
        "en": "{why} Or compare with the approved sample.",
        "id": "{why} Atau bandingkan dengan contoh.",
    },
    # Defects.
    "defect-found": {
        "en": "{name} {length_mm:.1f} mm long ({severity}).",
        "id": "{name} sepanjang {length_mm:.1f} mm ({severity}).",
    },
    "defect-doubtful": {
        "en": "Possible {name} {length_mm:.1f} mm long. Look at the marked place.",
        "id": "Mungkin {name} sepanjang {length_mm:.1f} mm. Periksa tempat yang ditandai.",
    },
    "defect-known": {
        "en": "This looks like a {name} that was missed before ({length_mm:.1f} mm). Look at the "
        "marked place.",
        "id": "Ini mirip {name} yang pernah terlewat ({length_mm:.1f} mm). Periksa tempat yang "
        "ditandai.",
    },
    "defect-not-in-spec": {
        "en": "{name} {length_mm:.1f} mm long; the spec does not say if it is allowed. "
        "Ask the QC lead.",
        "id": "{name} sepanjang {length_mm:.1f} mm; spesifikasi tidak mengaturnya. "
        "Tanya kepala QC.",
    },
    "defects-none": {
        "en": "No defect beyond the spec's limits was found.",
        "id": "Tidak ada cacat melebihi batas spesifikasi.",
    },
    "defects-not-inspected": {
        "en": "Defects were not inspected: no detector release is active. Look at the item.",
        "id": "Cacat tidak diperiksa: tidak ada model aktif. Periksa barang.",
    },
    # Lots: what each class of nonconformity says of its sample.
    "lot-class-accepts": {
        "en": "{name}: {found} found, {ac} allowed. Accepted.",
        "id": "{name}: {found} ditemukan, {ac} diizinkan. Diterima.",
    },
    "lot-class-rejects": {
        "en": "{name}: {found} found, {ac} allowed. Rejected.",
        "id": "{name}: {found} ditemukan, {ac} diizinkan. Ditolak.",
    },
    "lot-class-incomplete": {
        "en": "{name}: {found} found, {ac} allowed. Inspect {missing} more.",
        "id": "{name}: {found} ditemukan, {ac} diizinkan. Periksa {missing} lagi.",
    },
    "lot-class-second": {
        "en": "{name}: {found} found. Draw the second sample: inspect {missing} more.",
        "id": "{name}: {found} ditemukan. Ambil sampel kedua: periksa {missing} lagi.",
    },
    "lot-class-doubtful": {
        "en": "{name}: {found} found, {ac} allowed, {doubtful} doubtful. Look at those items.",
        "id": "{name}: {found} ditemukan, {ac} diizinkan, {doubtful} meragukan. "
        "Periksa barang itu.",
    },
    # The product's judge.
    "surface-suspicious": {
        "en": "No single place is suspicious, but items that look like this one are often "
        "defective ({percent:.1f} %). Look at the item.",
        "id": "Tidak ada tempat yang mencurigakan, tetapi barang seperti ini sering cacat "
        "({percent:.1f} %). Periksa barang.",
    },
    "doubts-small": {
        "en": "What was seen is rarely a defect on this product ({percent:.1f} %).",
        "id": "Yang terlihat jarang merupakan cacat pada produk ini ({percent:.1f} %).",
    },
    # What changed at a station: recent inspections against those before.
    "drift-none": {
        "en": "As usual.",
        "id": "Seperti biasa.",
    },
    "drift-detector-up": {
        "en": "Surfaces look more defective than usual (score {recent:.2f}, usually {usual:.2f}). "
        "Look at ten recent items: worse work, other wood, or other light?",
        "id": "Permukaan tampak lebih cacat dari biasanya (skor {recent:.2f}, biasanya "
        "{usual:.2f}). Periksa sepuluh barang terakhir: mutu turun, kayu lain, atau cahaya lain?",
    },
    "drift-detector-down": {
        "en": "Surfaces look more flawless than usual (score {recent:.2f}, usually {usual:.2f}). "
        "Look at ten passed items: better work, or a blind camera?",
        "id": "Permukaan tampak lebih mulus dari biasanya (skor {recent:.2f}, biasanya "
        "{usual:.2f}). Periksa sepuluh barang lolos: mutu naik, atau kamera tidak melihat?",
    },
    "drift-normality-up": {
        "en": "Items look less like the good ones than usual ({recent:.2f} of the limit, usually "
        "{usual:.2f}). If they are good, teach the product line again from recent photos.",
        "id": "Barang makin berbeda dari barang baik ({recent:.2f} dari batas, biasanya "
        "{usual:.2f}). Jika barangnya baik, ajarkan lagi dengan foto terbaru.",
    },
    "drift-normality-down": {
        "en": "Items look more like the good ones than usual ({recent:.2f} of the limit, usually "
        "{usual:.2f}). Look at ten passed items, in case photos hide something.",
        "id": "Barang makin mirip barang baik ({recent:.2f} dari batas, biasanya {usual:.2f}). "
        "Periksa sepuluh barang lolos, mungkin foto menyembunyikan sesuatu.",
    },
    "drift-distance-up": {
        "en": "Photos are taken from farther away ({recent:.0f} mm, usually {usual:.0f} mm). "
        "Put the tablet back to its place.",
        "id": "Foto diambil dari lebih jauh ({recent:.0f} mm, biasanya {usual:.0f} mm). "
        "Kembalikan tablet ke tempatnya.",
    },
    "drift-distance-down": {
        "en": "Photos are taken from nearer ({recent:.0f} mm, usually {usual:.0f} mm). "
        "Put the tablet back to its place.",
        "id": "Foto diambil dari lebih dekat ({recent:.0f} mm, biasanya {usual:.0f} mm). "
        "Kembalikan tablet ke tempatnya.",
    },
    "drift-tilt-up": {
        "en": "Photos are taken more aslant ({recent:.1f}°, usually {usual:.1f}°). Hold the tablet "
        "level, or set its stand right.",
        "id": "Foto diambil lebih miring ({recent:.1f}°, biasanya {usual:.1f}°). Ratakan tablet "
        "atau dudukannya.",
    },
    "drift-tilt-down": {
        "en": "Photos are taken from more straight above ({recent:.1f}°, usually {usual:.1f}°). "
        "Nothing to do, unless the light now mirrors in the items.",
        "id": "Foto diambil lebih tegak ({recent:.1f}°, biasanya {usual:.1f}°). Tidak perlu apa-"
        "apa, kecuali cahaya kini memantul di barang.",
    },
    "drift-mat-residual-up": {
        "en": "The mat fits the camera worse ({recent:.2f} px, usually {usual:.2f} px). Lay it "
        "flat, clean it and the lens; then calibrate again.",
        "id": "Alas kurang cocok dengan kamera ({recent:.2f} px, biasanya {usual:.2f} px). "
        "Ratakan, bersihkan alas dan lensa; lalu kalibrasi ulang.",
    },
    "drift-mat-residual-down": {
        "en": "The mat fits the camera better than before ({recent:.2f} px, usually "
        "{usual:.2f} px). Nothing to do.",
        "id": "Alas lebih cocok dengan kamera ({recent:.2f} px, biasanya {usual:.2f} px). "
        "Tidak perlu apa-apa.",
    },
    # What is unlike the good items.
    "anomaly-found": {
        "en": "Something is unlike the good items ({length_mm:.1f} mm). Look at the marked place.",
        "id": "Ada yang berbeda dari barang baik ({length_mm:.1f} mm). "
        "Periksa tempat yang ditandai.",
    },
    "anomalies-not-inspected": {
        "en": "The item is too small in the photo to compare it with good ones. Look at the item.",
        "id": "Barang terlalu kecil di foto untuk dibandingkan. Periksa barang.",
    },
}
