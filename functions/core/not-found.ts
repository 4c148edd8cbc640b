/** Why a job waits that GitHub did not find once: one answer alone may be a mistake. */
export const notFound = "GitHub does not find the job";

/** What became of a job that GitHub did not find again: nobody knows how it ended, or whether it did. */
export const endUnknown = "GitHub does not find the job any more";
