import {
  createParameterStore,
  readParameter,
  type ReadParameters,
} from "../adapters/parameter-store.ts";
import { createRefreshed } from "../adapters/refreshed.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { DeliveryError } from "../core/errors.ts";
import type { Settings } from "./settings.ts";
import { createVerifier, verifySignature, type Verifier } from "./verify-signature.ts";

/** Checks signatures against the secrets in service, one or, during a rotation, two. */
export type SignatureCheck = {
  /** Reads the secrets ahead of the first delivery. */
  readonly prepare: () => Promise<void>;
  /** @throws {DeliveryError} when none of the secrets made the signature */
  readonly check: (body: Buffer, signature: string) => Promise<void>;
};

/** Signature checks with secrets that are read anew when they are old, or do not match. */
export function createSignatureCheck(
  surroundings: Surroundings,
  settings: Settings,
): SignatureCheck {
  const readParameters =
    surroundings.platform?.readParameters ?? createParameterStore(surroundings);
  const verifiers = createRefreshed(async () => loadVerifiers(readParameters, settings), {
    now: surroundings.now,
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

async function loadVerifiers(
  readParameters: ReadParameters,
  { webhookSecretParameter, previousWebhookSecretParameter: previousName = "" }: Settings,
): Promise<readonly Verifier[]> {
  const names = [webhookSecretParameter, previousName].filter((name) => name !== "");
  const parameters = await readParameters(names);
  const secret = readParameter(parameters, webhookSecretParameter);
  const previous = parameters.get(previousName)?.trim() ?? "";
  return (previous === "" ? [secret] : [secret, previous]).map(createVerifier);
}

// Needs no secret, hence holds while none can be read.
function checkForm(signature: string): void {
  if (signature === "") throw new DeliveryError("SignatureMissing", "signature is missing");
  if (!/^sha256=[0-9a-f]{64}$/u.test(signature)) {
    throw new DeliveryError("SignatureWrong", "signature is not in the form of one");
  }
}
