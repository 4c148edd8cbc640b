/** One label of the form `key=value`. */
export type Assignment = {
  /** The label as its author wrote it. */
  readonly label: string;
  /** Lower case. */
  readonly key: string;
  /** Lower case. */
  readonly text: string;
};

/** Takes the `key=value` labels out of both forms, sorted so that nothing depends on their order. */
export function toAssignments(
  labels: readonly string[],
  launchLabel: string,
): readonly Assignment[] {
  return labels
    .flatMap((label) => (isLaunchLabel(label, launchLabel) ? label.split("/").slice(1) : [label]))
    .map((label) => label.trim())
    .filter((label) => label.includes("="))
    .map(toAssignment)
    .toSorted(byText);
}

/** Tells whether a label is the launch label itself, or a composite one that begins with it. */
export function isLaunchLabel(label: string, launchLabel: string): boolean {
  return `${label}/`.toLowerCase().startsWith(`${launchLabel}/`.toLowerCase());
}

function toAssignment(label: string): Assignment {
  const separator = label.indexOf("=");
  return {
    label,
    key: label.slice(0, separator).trim().toLowerCase(),
    text: label
      .slice(separator + 1)
      .trim()
      .toLowerCase(),
  };
}

// Spelled out because localeCompare depends on the machine; the label itself only decides between
// `a=B` and `a=b`.
function byText(left: Assignment, right: Assignment): number {
  return (
    compare(left.key, right.key) ||
    compare(left.text, right.text) ||
    compare(left.label, right.label)
  );
}

function compare(left: string, right: string): number {
  return Number(left > right) - Number(left < right);
}
