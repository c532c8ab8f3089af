// Where sealed ballots lie until they are delivered: one object store of
// IndexedDB. It is opened for each step anew, since a browser may close or
// clear it at any time.

import type { Ballot } from "./ballot";

const name = "folgmed";
const store = "ballots";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "mark" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no storage"));
  });
}

async function within<T>(mode: IDBTransactionMode, step: (ballots: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      // Strict: on the disk, not only on its way there, when it is said to be.
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = step(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("no storage"));
    });
  } finally {
    database.close();
  }
}

export const put = (ballot: Ballot) => within("readwrite", (ballots) => ballots.put(ballot));
export const get = (mark: string) => within<Ballot | undefined>("readonly", (ballots) => ballots.get(mark));
export const all = () => within<Ballot[]>("readonly", (ballots) => ballots.getAll());
export const remove = (mark: string) => within<undefined>("readwrite", (ballots) => ballots.delete(mark));
