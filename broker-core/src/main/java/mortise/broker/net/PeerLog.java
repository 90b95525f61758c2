package mortise.broker.net;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import mortise.api.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warnings about what peers do wrong: one line per peer, kind and {@link #INTERVAL}, so that a peer
 * that tries again and again does not fill the disk. Thread-safe.
 */
final class PeerLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final int MAX_PEERS = 1_024;

    private final Clock clock;
    private final Map<Key, Quiet> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Quiet> eldest) {
                    return size() > MAX_PEERS;
                }
            };

    PeerLog(Clock clock) {
        this.clock = clock;
    }

    private record Key(String host, String kind) {}

    private static final class Quiet {
        private long loggedNanos;
        private int suppressed;
    }

    /**
     * Warns that a connection is closed.
     *
     * @param host the peer's address without port
     * @param peer the peer as the line names it
     * @param what what it did
     */
    void closing(String host, String peer, CloseReason reason, String what) {
        int suppressed = admit(new Key(host, reason.name()));
        if (suppressed == 0) {
            LOG.warn("closing the connection from {}: {}", peer, what);
        } else if (suppressed > 0) {
            LOG.warn(
                    "closing the connection from {}: {} (and {} more of this kind from {} since the last line)",
                    peer,
                    what,
                    suppressed,
                    host);
        }
    }

    /**
     * Warns that a listener cannot take up a connection; it tries again by itself.
     *
     * @param why what stopped it
     */
    void notAccepting(String listener, String why) {
        if (admit(new Key(listener, "accept")) >= 0) {
            LOG.warn(
                    "listener {} cannot accept a connection: {}; raise the limit of open files (ulimit -n), or lower net.max-connections; it tries again every second",
                    listener,
                    why);
        }
    }

    /** How many lines were left out since the last one; -1 if this one is left out too. */
    private int admit(Key key) {
        long now = clock.nanoTime();
        synchronized (entries) {
            Quiet entry = entries.get(key);
            if (entry == null) {
                entry = new Quiet();
                entry.loggedNanos = now;
                entries.put(key, entry);
                return 0;
            }
            if (now - entry.loggedNanos < INTERVAL.toNanos()) {
                entry.suppressed++;
                return -1;
            }
            int suppressed = entry.suppressed;
            entry.suppressed = 0;
            entry.loggedNanos = now;
            return suppressed;
        }
    }
}
