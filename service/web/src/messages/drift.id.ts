/** Indonesian, for whoever sees to it that the stations still see alike. */
export const driftId = {
  title: "Perubahan di stasiun",
  hint: "Pemeriksaan terbaru dibandingkan dengan yang sebelumnya. Perubahan bukan berarti lebih buruk: lihat dulu.",
  empty: "Belum ada pemeriksaan di stasiun.",
  changed: "Berubah",
  steady: "Tetap",
  few: "Terlalu sedikit pemeriksaan untuk dibandingkan.",
  compared: (recent: string, before: string) => `${recent} terbaru dibandingkan dengan ${before} sebelumnya`,
  feature: "Yang dibandingkan",
  usual: "Biasanya",
  recent: "Sekarang",
  distance: "Jarak sebaran (0–1)",
  chance: "Peluang kebetulan",
  spreadHint:
    "Batang tebal memuat separuh pemeriksaan di tengah, garis tipis 90 % darinya; garis tegak adalah nilai tengah.",
  spreadOf: (when: string, low: string, middle: string, high: string) =>
    `${when}: nilai tengah ${middle}, 90 % antara ${low} dan ${high}`,
  features: {
    detector: "Skor detektor",
    normality: "Skor barang baik",
    distance: "Jarak kamera, mm",
    tilt: "Kemiringan kamera, °",
    "mat-residual": "Ketepatan alas, px",
  },
};
