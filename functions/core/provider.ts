/** What a runner can be started on, spelled as `runs-on=` spells them. */
export const providerNames = ["FARGATE", "FARGATE_SPOT", "CODEBUILD"] as const;

/** One place a runner can be started in. */
export type ProviderName = (typeof providerNames)[number];

/** The processor architectures, all of them to be had from every provider. */
export const architectures = ["X86_64", "ARM64"] as const;

/** One processor architecture. */
export type Architecture = (typeof architectures)[number];
