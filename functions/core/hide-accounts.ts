/**
 * A message of AWS without accounts and roles: for what every reader of a repository sees, whose
 * business they are not. To be cut only afterwards, as a part of an account's number shows as well.
 */
export function hideAccounts(message: string): string {
  return message.replaceAll(/\barn:[^\s'"]+|\b\d{12}\b/gu, "…");
}
