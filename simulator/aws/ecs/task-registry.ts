import type { Timeline } from "../../timeline.ts";
import { toTaskArn, type CapacityProvider, type Cluster } from "./clusters.ts";
import type { Task } from "./task.ts";

/** The tasks ECS still knows. */
export type TaskRegistry = {
  readonly add: (task: Task) => void;
  /** By ARN or id. */
  readonly find: (cluster: Cluster, arnOrId: string) => Task | undefined;
  readonly findByArn: (arn: string) => Task | undefined;
  readonly inCluster: (cluster: Cluster) => readonly Task[];
  /** Tasks of a provider that still occupy capacity. */
  readonly countAlive: (provider: CapacityProvider) => number;
};

/** ECS forgets a stopped task after this long. */
const stoppedVisibleMilliseconds = 3_600_000;
/** Looking through all tasks for what is to be forgotten is not done at every turn. */
const forgetEveryMilliseconds = 60_000;

/** No tasks at first. */
export function createTaskRegistry(timeline: Timeline): TaskRegistry {
  const tasks = new Map<string, Task>();
  /** Those that had not stopped when somebody last looked: much fewer than are still known. */
  const alive = new Set<Task>();
  let forgotAt = timeline.now();
  const isForgotten = ({ stoppedAt }: Task) =>
    stoppedAt !== undefined && stoppedAt < timeline.now() - stoppedVisibleMilliseconds;
  const forget = () => {
    if (timeline.now() - forgotAt < forgetEveryMilliseconds) return;
    forgotAt = timeline.now();
    for (const task of tasks.values()) if (isForgotten(task)) tasks.delete(task.arn);
  };
  const select = (isWanted: (task: Task) => boolean) => {
    forget();
    return [...tasks.values()].filter((task) => !isForgotten(task) && isWanted(task));
  };
  return {
    add: (task) => {
      forget();
      tasks.set(task.arn, task);
      alive.add(task);
    },
    find: (cluster, arnOrId) => {
      const task = tasks.get(toTaskArn(cluster, arnOrId));
      if (task === undefined || isForgotten(task)) return undefined;
      return task.request.cluster.arn === cluster.arn ? task : undefined;
    },
    findByArn: (arn) => tasks.get(arn),
    inCluster: (cluster) => select(({ request }) => request.cluster.arn === cluster.arn),
    countAlive: (provider) => {
      let count = 0;
      for (const task of alive) {
        if (task.stoppedAt !== undefined) alive.delete(task);
        else if (task.provider === provider) count += 1;
      }
      return count;
    },
  };
}
