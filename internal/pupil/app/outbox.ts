// Ballots on their way. A finished ballot leaves the screen at once and is
// tried until its receipt verifies; meanwhile the next child answers. It lives
// in memory only, and is forgotten once delivered or finally refused.

import { fromBase64, infoBytes, post, Refusal, toBase64, type Asked, type Evaluated, type Receipt } from "./api";

export type Status = "sending" | "waiting" | "delivered" | "refused";

export interface Finished {
  code: string;
  asked: Asked;
  options: number[]; // one per item; 0 is "would rather not answer"
}

export interface Delivery {
  readonly status: Status;
  readonly outcome: string; // why refused, in the server's word
}

export const loadCrypto = () => import("./crypto");

const firstPause = 1_000; // ms; doubled each time
const longestPause = 30_000;

// Outbox tells its listener whenever something about a delivery has changed.
export class Outbox {
  lost = ""; // why the latest refused ballot was refused, for the next who looks

  private readonly underway = new Set<Delivery>();
  private readonly sleepers = new Set<() => void>();

  constructor(private readonly changed: () => void) {
    addEventListener("online", () => this.sleepers.forEach((wake) => wake()));
    addEventListener("beforeunload", (event) => {
      if (this.unsent > 0) event.preventDefault();
    });
  }

  // unsent counts what would be lost if the page were closed now.
  get unsent(): number {
    return this.underway.size;
  }

  send(finished: Finished): Delivery {
    const delivery: { status: Status; outcome: string } = { status: "sending", outcome: "" };
    const tell = (status: Status, outcome = "") => {
      Object.assign(delivery, { status, outcome });
      if (status === "delivered" || status === "refused") this.underway.delete(delivery);
      if (status === "refused") this.lost = outcome;
      this.changed();
    };
    this.underway.add(delivery);
    void this.deliver(finished, () => tell("waiting")).then(
      () => tell("delivered"),
      (error: unknown) => tell("refused", error instanceof Refusal ? error.outcome : "internal"),
    );
    return delivery;
  }

  // deliver is the whole way of one ballot. The code is spent only here, when
  // the child is done: a page reloaded half-way costs no code. A repeated
  // request has the same bytes, so a lost reply is asked for again and neither
  // a code nor an answer counts twice.
  private async deliver({ code, asked, options }: Finished, waiting: () => void): Promise<void> {
    const again = <T>(step: () => Promise<T>) => this.untilAnswered(step, waiting);
    const { info, keys, survey } = asked;
    const { blind, isReceipt } = await again(loadCrypto);
    const ballot = blind(infoBytes(info), fromBase64(keys.poprf));

    const request = { code, blinded: toBase64(ballot.request) };
    const { evaluated, proof } = await again(() => post<Evaluated>("/api/issue", request));
    const token = ballot.token(fromBase64(evaluated), fromBase64(proof));
    if (token === undefined) throw new Refusal("bad_proof");

    const cast = {
      info,
      nonce: toBase64(ballot.nonce),
      token: toBase64(token),
      items: survey.items.map((item) => item.id),
      options,
    };
    await again(async () => {
      const { receipt } = await post<Receipt>("/api/cast", cast);
      if (!isReceipt(fromBase64(receipt), ballot.nonce, fromBase64(keys.receipt))) throw new Refusal("unavailable");
    });
  }

  // untilAnswered repeats a step for as long as it fails in passing. Pauses
  // double up to half a minute, each cut by chance to between half and all of
  // it and added to what the server asked for, so that a class of tablets does
  // not knock in step.
  private async untilAnswered<T>(step: () => Promise<T>, waiting: () => void): Promise<T> {
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        return await step();
      } catch (error) {
        if (error instanceof Refusal && !error.passing) throw error;
        waiting();
        const asked = error instanceof Refusal ? error.retryAfter * 1000 : 0;
        await this.pause(asked + (pause * (1 + Math.random())) / 2);
      }
    }
  }

  // pause ends early when the network comes back.
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.sleepers.add(wake);
    });
  }
}
