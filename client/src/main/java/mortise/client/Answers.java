package mortise.client;

import java.util.List;
import mortise.wire.ApiKey;

/** Taking answers apart that may lack what was asked for. */
final class Answers {
    private Answers() {}

    /**
     * The one part of an answer to a question about one thing.
     *
     * @throws ConnectionFailedException if the answer has none
     */
    static <T> T only(List<T> parts, BrokerConnection from, ApiKey key, String what) {
        if (parts.isEmpty()) {
            throw ConnectionFailedException.incomplete(from.address(), key, what);
        }
        return parts.getFirst();
    }
}
