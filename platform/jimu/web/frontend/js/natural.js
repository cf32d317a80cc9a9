// Days and moments as people say them: "tomorrow", "+3d", "fri 15:30", "in 2 weeks", "明天下午3点", "下周五", "月底".
// ``now`` is {year, month, day, hour, minute} in the reader's zone; the answer is "2026-02-03" or "2026-02-03T15:30".
const WORDS = {
  today: 0, now: 0, 今天: 0, 今日: 0, 现在: 0, 現在: 0, tomorrow: 1, tom: 1, 明天: 1, 明日: 1, yesterday: -1, 昨天: -1, 昨日: -1,
  "day after tomorrow": 2, 后天: 2, 後天: 2, 大后天: 3, 大後天: 3, "day before yesterday": -2, 前天: -2,
};
const DAYS = [/^(sun(day)?|[周週](日|天)|星期(日|天)|礼拜天|禮拜天)$/, /^(mon(day)?|[周週]一|星期一)$/, /^(tue(s|sday)?|[周週]二|星期二)$/, /^(wed(nesday)?|[周週]三|星期三)$/,
  /^(thu(r|rs|rsday)?|[周週]四|星期四)$/, /^(fri(day)?|[周週]五|星期五)$/, /^(sat(urday)?|[周週]六|星期六)$/];
const UNITS = { d: "day", day: "day", days: "day", 天: "day", 日: "day", w: "week", week: "week", weeks: "week", 周: "week", 週: "week", 星期: "week", 个星期: "week",
  m: "month", mo: "month", month: "month", months: "month", 个月: "month", 個月: "month", 月: "month", y: "year", year: "year", years: "year", 年: "year",
  h: "hour", hour: "hour", hours: "hour", 小时: "hour", 小時: "hour", 个小时: "hour", min: "minute", mins: "minute", minute: "minute", minutes: "minute", 分钟: "minute", 分鐘: "minute" };

/** The value that a date control takes for ``text``; null where it says nothing that is known. */
export function understand(text, now, withTime) {
  const said = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (!said) return null;
  const { rest, time } = timeIn(said);
  const moved = shift(rest || said, now);
  if (moved && (withTime || !moved.hasTime)) return put(moved, withTime, time ?? (moved.hasTime || withTime ? moved : null), now);
  if (!rest && time && withTime) return put(now, true, time, now);
  const day = dayOf(rest, now);
  return day ? put(day, withTime, time, now) : null;
}

function put(day, withTime, time, now) {
  const date = `${pad(day.year, 4)}-${pad(day.month)}-${pad(day.day)}`;
  const at = time ?? now;
  return withTime ? `${date}T${pad(at.hour)}:${pad(at.minute)}` : date;
}

const pad = (value, width = 2) => String(value).padStart(width, "0");

/** The time of day at the end of a text, and what stands before it. */
function timeIn(said) {
  const western = /^(.*?)(?:^|\s|at |@)(\d{1,2})(?::(\d{2}))?\s*(am|pm)?$/.exec(said);
  if (western && (western[3] || western[4])) {
    const hour = (Number(western[2]) % (western[4] ? 12 : 24)) + (western[4] === "pm" ? 12 : 0);
    return { rest: western[1].replace(/\bat$/, "").trim(), time: { hour, minute: Number(western[3] ?? 0) } };
  }
  const chinese = /^(.*?)(凌晨|早上|上午|中午|下午|晚上)?(\d{1,2})[点點时時](半|(\d{1,2})分?)?$/.exec(said);
  if (chinese) {
    const late = /下午|晚上/.test(chinese[2] ?? "") || (chinese[2] === "中午" && Number(chinese[3]) < 10);
    const hour = (Number(chinese[3]) % 24) + (late && Number(chinese[3]) < 12 ? 12 : 0);
    return { rest: chinese[1].trim(), time: { hour, minute: chinese[4] === "半" ? 30 : Number(chinese[5] ?? 0) } };
  }
  return { rest: said, time: null };
}

function shift(said, now) {
  const found = /^([+-])\s*(\d{1,4})\s*([^\d\s]+)$/.exec(said) ?? /^(in)\s+(\d{1,4})\s*([a-z]+)$/.exec(said)
    ?? (/^(\d{1,4})\s*([^\d\s]+?)\s*(ago|前|later|from now|后|後|以后|之後)$/.exec(said)?.slice(1).reduce((all, one, at) => { all[[2, 3, 1][at]] = one; return all; }, []));
  if (!found) return null;
  const unit = UNITS[found[3]];
  if (!unit) return null;
  const count = Number(found[2]) * (["-", "ago", "前"].includes(found[1]) ? -1 : 1);
  const day = new Date(Date.UTC(now.year, now.month - 1, now.day, now.hour, now.minute));
  if (unit === "day") day.setUTCDate(day.getUTCDate() + count);
  if (unit === "week") day.setUTCDate(day.getUTCDate() + 7 * count);
  if (unit === "hour") day.setUTCHours(day.getUTCHours() + count);
  if (unit === "minute") day.setUTCMinutes(day.getUTCMinutes() + count);
  if (unit === "month" || unit === "year") addMonths(day, unit === "month" ? count : 12 * count);
  return { ...parts(day), hasTime: unit === "hour" || unit === "minute" };
}

/** The same day of another month, or its last day. */
function addMonths(day, count) {
  const wanted = day.getUTCDate();
  day.setUTCDate(1);
  day.setUTCMonth(day.getUTCMonth() + count);
  day.setUTCDate(Math.min(wanted, new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()));
}

function dayOf(said, now) {
  const day = new Date(Date.UTC(now.year, now.month - 1, now.day));
  if (Object.hasOwn(WORDS, said)) {
    day.setUTCDate(day.getUTCDate() + WORDS[said]);
    return parts(day);
  }
  if (/^(end of( the)? month|eom|月底|月末|本月底)$/.test(said)) return parts(new Date(Date.UTC(now.year, now.month, 0)));
  if (/^(end of( the)? year|eoy|年底|年末)$/.test(said)) return { year: now.year, month: 12, day: 31 };
  if (/^(next month|下个月|下個月|下月)$/.test(said)) { addMonths(day, 1); return parts(day); }
  if (/^(next week|下周|下週|下星期)$/.test(said)) { day.setUTCDate(day.getUTCDate() + 7); return parts(day); }
  const named = /^(next |this |本|这|這|下)?(.+)$/.exec(said);
  const number = DAYS.findIndex((pattern) => pattern.test(named?.[2] ?? ""));
  return number < 0 ? numbered(said, now) : weekday(day, number, (named[1] ?? "").trim());
}

/** In English the next such day; "next" and 下 mean that of the week after, 本 and 这 that of this week (from Monday). */
function weekday(day, number, which) {
  const monday = (day.getUTCDay() + 6) % 7;
  const wanted = (number + 6) % 7;
  if (which === "") day.setUTCDate(day.getUTCDate() + (((wanted - monday + 7) % 7) || 7));
  else day.setUTCDate(day.getUTCDate() + wanted - monday + (["next", "下"].includes(which) ? 7 : 0));
  return parts(day);
}

/** 2026-02-03, 2026/2/3, 20260203, 2026年2月3日, 2月3日. */
function numbered(said, now) {
  const full = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(said) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(said);
  const short = /^(\d{1,2})月(\d{1,2})[日号號]?$/.exec(said);
  const [year, month, date] = full ? full.slice(1).map(Number) : short ? [now.year, ...short.slice(1).map(Number)] : [0, 0, 0];
  const day = new Date(Date.UTC(year, month - 1, date));
  return month && day.getUTCMonth() === month - 1 && day.getUTCDate() === date ? parts(day) : null;
}

function parts(day) {
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate(), hour: day.getUTCHours(), minute: day.getUTCMinutes() };
}

/** What time it is in a zone. */
export function nowIn(zone) {
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23", timeZone: zone || undefined };
  const found = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(new Date()).map(({ type, value }) => [type, Number(value)]));
  return { year: found.year, month: found.month, day: found.day, hour: found.hour, minute: found.minute };
}
