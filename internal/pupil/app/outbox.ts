// Ballots on their way. A finished ballot leaves the screen at once, is sealed,
// and lies on the shelf until its receipt verifies; meanwhile the next child
// answers. A page that is opened later takes on what another left behind.

import { Refusal } from "./api";
import { cast, forget, issue, make, type Ballot, type Finished } from "./ballot";
import * as shelf from "./shelf";

export type Status = "sending" | "waiting" | "delivered" | "refused";

export interface Delivery {
  readonly status: Status;
  readonly outcome: string; // why refused, or what the teacher must do first, in the server's word
}

const longestTurn = 60_000; // ms; another tab that takes longer over a ballot may be asleep
const firstPause = 1_000; // ms; doubled each time
const longestPause = 30_000;
const teachersTries = 40; // some fifteen minutes for the teacher to add a place

// How long a ballot waits between its issue and its cast, so that the two are
// not told to belong together by the second, in ms. A rehearsal's server marks
// its page: nobody there has an answer to protect, or time to wait.
const waits = "rehearsal" in document.documentElement.dataset ? [200, 1_000] : [5_000, 30_000];
const [shortestWait = 0, longestWait = 0] = waits;

const between = (least: number, most: number) => least + Math.random() * (most - least);

// Waiting is told that a ballot is not delivered yet, and of what it waits for
// the teacher to do, if it does.
type Waiting = (outcome: string) => void;

// alone runs a step while no other tab runs one for the same ballot. Without
// locks, and where the other tab does not come to an end, both may deliver it,
// which counts it once all the same.
async function alone(mark: string, step: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return step();
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), longestTurn);
  let ours = false;
  const locked = () => {
    ours = true;
    clearTimeout(timer);
    return step();
  };
  try {
    await navigator.locks.request(`folgmed ${mark}`, { signal: wait.signal }, locked);
  } catch (error) {
    if (ours) throw error;
    await step();
  } finally {
    clearTimeout(timer);
  }
}

// Notice is what tabs tell one another: that a ballot lies on the shelf, and the
// mark of one that need not lie there any more.
type Notice = { kept: true } | { done: string };

// Wake is why a pause ends early: the page is being left, or there may be
// contact again.
type Wake = "leaving" | "contact";

// Outbox tells its listener whenever something about a delivery has changed.
export class Outbox {
  held = ""; // what the teacher must do before what waits can be sent
  lost = ""; // why the latest refused ballot was refused, for the next who looks

  private making = 0; // ballots that are being sealed
  private readonly underway = new Set<string>(); // marks, in this tab or another
  private readonly ours = new Map<string, Ballot>(); // by mark, in this tab
  private readonly unkept = new Set<string>(); // marks of what lies on no shelf
  private readonly done = new Set<string>(); // marks that another tab is done with
  private readonly sleepers = new Set<(why: Wake) => void>();
  private readonly tabs = "BroadcastChannel" in self ? new BroadcastChannel("folgmed") : undefined;
  private leaving = false;
  private handedOver = false;

  constructor(private readonly changed: () => void) {
    const wake = (why: Wake) => this.sleepers.forEach((wake) => wake(why));
    const leave = (leaving: boolean) => {
      if (this.handedOver) return;
      this.leaving = leaving;
      wake(leaving ? "leaving" : "contact"); // a tablet that slept has lost its connections
    };
    addEventListener("online", () => wake("contact"));
    addEventListener("pagehide", () => leave(true));
    addEventListener("pageshow", () => leave(false));
    document.addEventListener("visibilitychange", () => leave(document.visibilityState === "hidden"));
    addEventListener("beforeunload", (event) => {
      if (!this.safe) event.preventDefault();
    });
    this.tabs?.addEventListener("message", ({ data }: MessageEvent<Notice>) => {
      if ("kept" in data) void this.takeOn();
      else if (this.underway.has(data.done)) this.done.add(data.done);
    });
    shelf.whenCleared(() => this.putBack());
    void this.takeOn();
  }

  // unsent tells whether the tablet has something that is not delivered yet.
  get unsent(): boolean {
    return this.making > 0 || this.underway.size > 0;
  }

  // safe tells whether nothing is lost if the page closes now.
  get safe(): boolean {
    return this.making === 0 && this.unkept.size === 0;
  }

  // handOver tells that the page is loaded anew at once: what waits here goes on
  // waiting there.
  handOver(): void {
    this.handedOver = true;
  }

  send(finished: Finished): Delivery {
    const delivery: { status: Status; outcome: string } = { status: "sending", outcome: "" };
    const tell = (status: Status, outcome = "") => {
      Object.assign(delivery, { status, outcome });
      this.changed();
    };
    this.making++;
    void make(finished)
      .then((ballot) => this.unkept.add(ballot.mark) && ballot) // until it lies on the shelf
      .finally(() => this.making--)
      .then((ballot) => this.deliver(ballot.mark, () => this.keep(ballot), (outcome) => tell("waiting", outcome)))
      .then(
        () => tell("delivered"),
        (error: unknown) => tell("refused", outcomeOf(error)),
      );
    return delivery;
  }

  // takeOn delivers what lies on the shelf and nobody here is at yet. While
  // another tab is at it the lock waits; when that tab is done, so is the
  // ballot, and when it has crashed this one goes on. What is no longer on the
  // shelf then, and no tab has told of, was cleared away.
  private async takeOn(): Promise<void> {
    const ballots = await shelf.all().catch(() => []);
    for (const ballot of ballots) {
      const { mark } = ballot;
      if (this.underway.has(mark)) continue;
      const latest = async () => {
        const kept = await shelf.get(mark).catch(() => undefined);
        return kept ?? (this.done.has(mark) ? undefined : this.keep(ballot));
      };
      this.deliver(mark, latest, () => {}).catch(() => {}); // told by lost
    }
    this.changed();
  }

  // deliver is the whole way of one ballot. Each step may be repeated without
  // counting anything twice, and what it led to is kept before the next.
  private async deliver(mark: string, start: () => Promise<Ballot | undefined>, waiting: Waiting): Promise<void> {
    this.underway.add(mark);
    let delivered = false;
    try {
      await alone(mark, async () => {
        let ballot = await start();
        if (ballot === undefined) return; // another tab delivered it
        this.ours.set(mark, ballot);
        try {
          const again = <T>(step: (ballot: Ballot) => Promise<T>) => this.untilAnswered(ballot as Ballot, step, waiting);
          if (ballot.token === undefined) ballot = await this.keep(await again(issue));
          if (!this.leaving) await this.pause(between(shortestWait, longestWait), "leaving");
          await again(cast);
          delivered = true;
        } catch (error) {
          this.lost = outcomeOf(error);
          throw error;
        } finally {
          this.ours.delete(mark);
          this.tell({ done: mark });
          await shelf.remove(mark).catch(() => {}); // at worst it is cast again, and counted once
        }
      });
    } finally {
      this.underway.delete(mark);
      this.unkept.delete(mark);
      this.done.delete(mark);
      this.changed();
      if (delivered && !this.unsent) void forget().catch(() => {});
    }
  }

  // keep puts the ballot on the shelf; where there is none it lives in this
  // page alone.
  private async keep(ballot: Ballot): Promise<Ballot> {
    if (this.ours.has(ballot.mark)) this.ours.set(ballot.mark, ballot);
    try {
      await shelf.put(ballot);
      this.unkept.delete(ballot.mark);
      this.tell({ kept: true });
    } catch {
      if (this.underway.has(ballot.mark)) this.unkept.add(ballot.mark);
    }
    this.changed();
    return ballot;
  }

  // putBack puts on the shelf again what the browser has cleared away. Until then
  // the page must stay open.
  private putBack(): void {
    for (const mark of this.ours.keys()) this.unkept.add(mark);
    this.changed();
    setTimeout(() => this.ours.forEach((ballot) => void this.keep(ballot)), shelf.settled);
  }

  private tell(notice: Notice): void {
    this.tabs?.postMessage(notice);
  }

  // untilAnswered repeats a step for as long as it fails in passing, and for a
  // while when the class session is full or over: the teacher can add a place or
  // open it again, and a child's finished answers are worth it. Pauses
  // double up to half a minute, each cut by chance to between half and all of
  // it and added to what the server asked for, so that a class of tablets does
  // not knock in step.
  private async untilAnswered<T>(ballot: Ballot, step: (ballot: Ballot) => Promise<T>, waiting: Waiting): Promise<T> {
    for (let pause = firstPause, tries = 1; ; pause = Math.min(2 * pause, longestPause), tries++) {
      try {
        const answer = await step(ballot);
        this.held = "";
        return answer;
      } catch (error) {
        const held = error instanceof Refusal && error.forTeacher && tries < teachersTries;
        if (error instanceof Refusal && !error.passing && !held) throw error;
        this.held = held ? error.outcome : "";
        waiting(this.held);
        void navigator.storage?.persist?.().catch(() => {}); // no browser of a tablet asks the child about it
        await this.keep(ballot); // again: a browser short of space clears its shelf
        const asked = error instanceof Refusal ? error.retryAfter * 1000 : 0;
        await this.pause(asked + between(pause / 2, pause), "leaving", "contact");
      }
    }
  }

  // pause ends early for these reasons.
  private pause(ms: number, ...reasons: Wake[]): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const wake = (why: Wake) => reasons.includes(why) && end();
      const timer = setTimeout(end, ms);
      this.sleepers.add(wake);
    });
  }
}

function outcomeOf(error: unknown): string {
  return error instanceof Refusal ? error.outcome : "internal";
}
