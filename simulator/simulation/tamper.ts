import type { FunctionName, Host, InstanceOptions, Surround, WorldOptions } from "../world.ts";
import type { WireService } from "../wire.ts";

/** What is tampered with, between the functions and everything else; whatever is left out stays as it is. */
export type Tampering = {
  readonly aws?: (next: WireService, name: FunctionName) => WireService;
  readonly gitHub?: (next: WireService, log: InstanceOptions["log"]) => WireService;
  readonly random?: () => number;
  /** Stands before a function. */
  readonly handler?: <Input, Output>(
    next: (input: Input) => Promise<Output>,
    name: FunctionName,
  ) => (input: Input) => Promise<Output>;
};

const hostOne: Host = async (_name, create, surround) => create(surround());

/** A world whose functions are tampered with, every instance of them. */
export function tamper(options: WorldOptions, tampering: Tampering): WorldOptions {
  const host: Host = async (name, create, surround) =>
    (options.host ?? hostOne)(
      name,
      async (surroundings) => {
        const handle = await create(surroundings);
        return tampering.handler?.(handle, name) ?? handle;
      },
      tamperSurround(options, { name, surround, tampering }),
    );
  return { ...options, host };
}

type Surrounded = {
  readonly name: FunctionName;
  readonly surround: Surround;
  readonly tampering: Tampering;
};

function tamperSurround(
  options: WorldOptions,
  { name, surround, tampering: { aws = pass, gitHub = pass, random } }: Surrounded,
): Surround {
  return (instance) => {
    const { betweenAws = pass, betweenGitHub = pass }: InstanceOptions = {
      ...options,
      ...instance,
    };
    return surround({
      ...instance,
      betweenAws: (next) => aws(betweenAws(next), name),
      betweenGitHub: (next) => gitHub(betweenGitHub(next), instance?.log),
      ...(random === undefined ? {} : { random }),
    });
  };
}

function pass<Service>(next: Service): Service {
  return next;
}
