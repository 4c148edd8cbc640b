/** What a heap orders by: the time first, then the order of arrival. */
export type HeapEntry = { readonly dueAt: number; readonly order: number };

/** Adds an entry to a binary heap, whose first element is always the next one. */
export function addToHeap<Entry extends HeapEntry>(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  rise(heap, heap.length - 1);
}

/** Takes the next entry off the heap. */
export function takeFromHeap<Entry extends HeapEntry>(heap: Entry[]): Entry | undefined {
  const [next] = heap;
  const last = heap.pop();
  if (last === undefined || next === last) return next;
  heap[0] = last;
  sink(heap, 0);
  return next;
}

/** Makes a heap of entries in any order, in place. */
export function restoreHeap<Entry extends HeapEntry>(entries: Entry[]): Entry[] {
  for (let index = (entries.length >>> 1) - 1; index >= 0; index -= 1) sink(entries, index);
  return entries;
}

function rise(heap: HeapEntry[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >>> 1;
    if (!swapIfSooner(heap, index, parent)) return;
    index = parent;
  }
}

function sink(heap: HeapEntry[], from: number): void {
  let index = from;
  for (;;) {
    const left = 2 * index + 1;
    const child = isSooner(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!swapIfSooner(heap, child, index)) return;
    index = child;
  }
}

function swapIfSooner(heap: HeapEntry[], child: number, parent: number): boolean {
  const lower = heap[child];
  const upper = heap[parent];
  if (lower === undefined || upper === undefined || !isSooner(lower, upper)) return false;
  heap[child] = upper;
  heap[parent] = lower;
  return true;
}

function isSooner(one: HeapEntry | undefined, other: HeapEntry | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
