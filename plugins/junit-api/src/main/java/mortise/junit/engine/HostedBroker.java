package mortise.junit.engine;

import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.HostPort;

/**
 * One broker of an engine, through all its starts and stops. The extension calls the methods that
 * begin and end its life one at a time; the others are thread-safe.
 *
 * <p>What goes wrong is an {@link IllegalArgumentException} where the argument is at fault, and an
 * {@link IllegalStateException} with cause and remedy or an exception of the broker's otherwise.
 */
public interface HostedBroker extends AutoCloseable {
    /**
     * Starts it; clients may come when this returns.
     *
     * @return where it listens
     */
    HostPort start();

    /** Stops it cleanly. */
    void stop();

    /** Stops it without an answer, a flush or a mark of a clean end. */
    void kill();

    /** What it says of itself, in the words of {@link StatusKey}. */
    Map<String, String> status();

    /** Creates a topic, past the proxy. */
    void createTopic(String name, int partitions, Map<String, String> configs);

    /** Deletes a topic, past the proxy. */
    void deleteTopic(String name);

    /** Has the next requests of an API refused, also those of a later start. */
    void refuse(String api, ErrorCode error, int times);

    /** How many requests of an API are still to be refused. */
    int refusalsLeft(String api);

    /** Refuses nothing any more. */
    void clearRefusals();

    /** Ends it for good, running or not. Its directory is the extension's to remove. */
    @Override
    void close();
}
