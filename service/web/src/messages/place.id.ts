/** Indonesian, for the lot that an item belongs to. */
export const placeId = {
  lot: "Lot",
  none: "Tanpa lot",
  unit: (number: number) => `unit ${number}`,
  title: "Pilih lot",
  scan: "Pindai atau ketik nomor pesanan",
  unknown: "Tidak ada lot terbuka dengan nomor ini.",
  number: "Nomor unit berikutnya (kosong: dihitung sendiri)",
  empty: "Belum ada lot terbuka untuk barang ini.",
  size: (units: number) => `${units} unit`,
  reworked: "Foto lagi setelah diperbaiki",
  isReworked: "Barang yang sudah diperbaiki",
};
