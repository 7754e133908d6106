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
  features: {
    detector: "Skor detektor",
    normality: "Skor barang baik",
    distance: "Jarak kamera, mm",
    tilt: "Kemiringan kamera, °",
    "mat-residual": "Ketepatan alas, px",
  },
};
