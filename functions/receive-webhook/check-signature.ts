import { isRefused } from "../adapters/aws-error.ts";
import {
  createParameterStore,
  readParameter,
  type ReadParameters,
} from "../adapters/parameter-store.ts";
import { createRefreshed } from "../adapters/refreshed.ts";
import { secretReference } from "../adapters/secret-reference.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { DeliveryError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Settings } from "./settings.ts";
import { createVerifier, verifySignature, type Verifier } from "./verify-signature.ts";

/** Checks signatures against the secrets in service, one or, during a rotation, two. */
export type SignatureCheck = {
  /** Reads the secrets ahead of the first delivery. */
  readonly prepare: () => Promise<void>;
  /** @throws {DeliveryError} when none of the secrets made the signature */
  readonly check: (body: Buffer, signature: string) => Promise<void>;
};

type Sources = { readonly readParameters: ReadParameters; readonly log: Log };

/** Signature checks with secrets that are read anew when they are old, or do not match. */
export function createSignatureCheck(
  surroundings: Surroundings,
  settings: Settings,
): SignatureCheck {
  const { log, now, platform } = surroundings;
  const readParameters = platform?.readParameters ?? createParameterStore(surroundings);
  const verifiers = createRefreshed(async () => loadVerifiers({ readParameters, log }, settings), {
    now,
    log,
    maximumAge: 300_000,
    // Strangers can send wrong signatures as often as they like: they shall not make us call SSM as often.
    minimumAge: 30_000,
  });
  return {
    prepare: async () => {
      await verifiers.get();
    },
    check: async (body, signature) => {
      checkForm(signature);
      if (await verifySignature(await verifiers.get(), body, signature)) return;
      // The secret may just have been changed.
      if (await verifySignature(await verifiers.reload(), body, signature)) return;
      throw new DeliveryError("SignatureWrong", "signature matches no secret in service");
    },
  };
}

async function loadVerifiers(sources: Sources, settings: Settings): Promise<readonly Verifier[]> {
  const { webhookSecretParameter, previousWebhookSecretParameter: previousName = "" } = settings;
  const parameters = await readSecrets(sources, settings);
  const secret = readParameter(parameters, webhookSecretParameter);
  const previous = parameters.get(previousName)?.trim() ?? "";
  return (previous === "" ? [secret] : [secret, previous]).map(createVerifier);
}

// Both in one call. From Secrets Manager in two: the one before does not exist outside of a rotation, and
// what Secrets Manager says to that, Parameter Store may say of the whole call.
async function readSecrets(
  { readParameters, log }: Sources,
  { webhookSecretParameter, previousWebhookSecretParameter: previousName = "" }: Settings,
): Promise<ReadonlyMap<string, string>> {
  const names = [webhookSecretParameter, previousName].filter((name) => name !== "");
  if (!previousName.startsWith(secretReference)) return readParameters(names);
  const [current, previous] = await Promise.all([
    readParameters([webhookSecretParameter]),
    readParameters([previousName]).catch((error: unknown) => {
      // What passes is no reason to take a secret out of service.
      if (!isRefused(error)) throw error;
      log.warn("previous webhook secret not readable", { error });
      return new Map<string, string>();
    }),
  ]);
  return new Map([...current, ...previous]);
}

// Needs no secret, hence holds while none can be read.
function checkForm(signature: string): void {
  if (signature === "") throw new DeliveryError("SignatureMissing", "signature is missing");
  if (!/^sha256=[0-9a-f]{64}$/u.test(signature)) {
    throw new DeliveryError("SignatureWrong", "signature is not in the form of one");
  }
}
