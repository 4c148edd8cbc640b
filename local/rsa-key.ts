import { createPrivateKey } from "node:crypto";

/** Whether this is an RSA private key in PEM form, as GitHub makes one for each App. */
export function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
