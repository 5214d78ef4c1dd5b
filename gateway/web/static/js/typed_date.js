// Dates as people type them: ddmmyyyy, mmyyyy, dd/mm/yyyy, mm/yyyy or yyyy; zeros for what is not known.

export function dateStands(text) {
  const run = text.replace(/\s/g, "");
  const parts = /^\d{6}(\d\d)?$/.test(run) ? [...run.slice(0, -4).match(/../g), run.slice(-4)] : run.split(/[/.-]/);
  if (parts.some((part) => !/^\d+$/.test(part)) || parts.length > 3) return false;
  const [year, month, day] = parts.reverse().map(Number);
  if (year < 1850 || year > new Date().getFullYear() || String(parts[0]).length !== 4) return false;
  if (!month) return !day;
  if (month > 12) return false;
  return !day || day <= new Date(year, month, 0).getDate();
}

// An ISO partial date as it is written on paper: 1960-01-31 as 31/01/1960, 1960-01 as 01/1960.
export const asWritten = (iso) => (iso ?? "").split("-").reverse().join("/");
