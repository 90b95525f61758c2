package mortise.broker.partition;

import mortise.api.ErrorCode;

/**
 * Why a batch is refused.
 *
 * @param error what the producer is told
 * @param message the same for people
 */
public record Refusal(ErrorCode error, String message) {}
