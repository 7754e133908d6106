/** Indonesian, for what packers measure by hand. */
export const readingsId = {
  title: "Diukur dengan tangan",
  measure: (name: string) => `Ukur ${name}`,
  byCalliper: "jangka sorong",
  start: "Ukur dengan jangka sorong",
  save: "Simpan",
  yesRight: "Ya, benar",
  decimalSign: "koma",
  odd: (typed: string, expected: string) => `${typed} mm? Kira-kira ${expected} mm. Benar?`,
  titles: {
    moisture: "Kadar air kayu",
    pieces: "Jumlah benda",
    barcode: "Nomor kode batang",
  },
  hints: {
    moisture: "Tempelkan alat ukur kadar air ke barang. Ketik angkanya.",
    pieces: "Hitung benda di kemasan ini. Ketik jumlahnya.",
    barcode: "Ketik angka di bawah garis-garis kode batang.",
  },
  kinds: {
    calliper: "jangka sorong",
    moisture: "Kadar air",
    pieces: "Jumlah",
    barcode: "Kode batang",
  },
  unread: "tidak terbaca",
  fromPhoto: "dari foto",
  kept: "Hasil ukur tersimpan di tablet. Belum ada jawaban: jangan dikemas.",
  waits: (value: string) => `Hasil ukur ${value}`,
  give: "Hapus hasil ukur",
};
