// Waiting for a state, with a deadline: never for a time.

const EVERY_MS = 50;

/** Asks `probe` again and again until it gives something truthy, and gives that back. */
export async function until(what, probe, within = 15_000) {
  const end = Date.now() + within;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${within} ms`);
    await new Promise((again) => setTimeout(again, EVERY_MS));
  }
}

/** `promise`, or an error once the time is over. */
export async function within(what, ms, promise) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
