/** What a simulated compute service hands to the program it starts (an ECS container, a CodeBuild build). */
export type Machine = {
  /** Task ARN or build id. */
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
  /** To be called once by the program when it ends; the compute service then records the stop. */
  readonly exit: (exitCode: number) => void;
};

/** A program running on a simulated machine. */
export type Program = {
  /** SIGTERM: the program ends itself by `exit` soon, unless it is killed first. */
  readonly terminate: () => void;
  /** SIGKILL: the program never runs again and never calls `exit`. */
  readonly kill: () => void;
};

/** Starts the program of a machine that has just reached its running state. */
export type StartProgram = (machine: Machine) => Program;
