// Waves count weeks since a fixed Monday; people say the week of the year.

const week = 7 * 24 * 60 * 60 * 1000; // ms
const epoch = Date.UTC(2024, 0, 1); // the Monday of wave 0

// thisWave is the wave of this week, by the tablet's clock.
export const thisWave = (): number => Math.floor((Date.now() - epoch) / week);

// weekOf gives the ISO week of a wave: the year is the one its Thursday is in.
export function weekOf(wave: number): { week: number; year: number } {
  const thursday = new Date(epoch + wave * week + (3 * week) / 7);
  const year = thursday.getUTCFullYear();
  return { week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / week), year };
}
