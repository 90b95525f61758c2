package mortise.broker.net;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is logged about peers and their requests: one line per peer, kind and {@link #INTERVAL}, and
 * of all peers together a bounded number of lines per kind and in all, so that neither one peer
 * that tries again and again nor a thousand of them fill the disk. What is left out is counted, and
 * the count is logged. Thread-safe.
 */
final class PeerLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final int MAX_PEERS = 1_024;

    /** One kind has at most this part of all lines. */
    private static final int KINDS_PART = 4;

    private static final int NOT_NOW = -1;

    private final Clock clock;
    private final int maxLines;

    /** Behind the monitor of {@link #entries}, as everything below. */
    private final Map<Key, Quiet> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Quiet> eldest) {
                    boolean full = size() > MAX_PEERS;
                    if (full) {
                        leaveOut(eldest.getKey().kind(), eldest.getValue().suppressed);
                    }
                    return full;
                }
            };

    private final Map<String, Integer> linesOfKind = new TreeMap<>();
    private final Map<String, Integer> leftOut = new TreeMap<>();
    private int lines;
    private long intervalNanos;

    /** At most so many lines in an interval. */
    PeerLog(Clock clock, int maxLines) {
        this.clock = clock;
        this.maxLines = maxLines;
        this.intervalNanos = clock.nanoTime();
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
        closing(host, peer, reason.text(), what);
    }

    /** The same, of a kind of its own. */
    void closing(String host, String peer, String kind, String what) {
        int suppressed = admit(new Key(host, kind));
        if (suppressed != NOT_NOW) {
            LOG.warn("closing the connection from {}: {}{}", peer, what, more(suppressed, host));
        }
    }

    /**
     * Warns that a client asks for what is not served.
     *
     * @param kind one line for each peer and kind in an interval
     * @param what who asks for what, and what to do
     */
    void notServed(String host, String kind, String what) {
        int suppressed = admit(new Key(host, kind));
        if (suppressed != NOT_NOW) {
            LOG.warn("{}{}", what, more(suppressed, host));
        }
    }

    /**
     * Warns that a listener cannot take up a connection; it tries again by itself.
     *
     * @param why what stopped it
     */
    void notAccepting(String listener, String why) {
        int suppressed = admit(new Key(listener, "accept"));
        if (suppressed != NOT_NOW) {
            LOG.warn(
                    "listener {} cannot accept a connection: {}; raise the limit of open files (ulimit -n), or lower net.max-connections; it tries again every second{}",
                    listener,
                    why,
                    more(suppressed, listener));
        }
    }

    /**
     * Logs an error that a peer's connection or request met, with its trace.
     *
     * @param kind what failed, in a word; one trace for each kind and class of failure
     */
    void failed(String host, String kind, String what, Throwable failure) {
        int suppressed = admit(new Key(host, kind + ": " + failure.getClass().getSimpleName()));
        if (suppressed != NOT_NOW) {
            LOG.error("{}{}", what, more(suppressed, host), failure);
        }
    }

    private static String more(int suppressed, String host) {
        return suppressed == 0
                ? ""
                : " (and "
                        + suppressed
                        + " more of this kind from "
                        + host
                        + " since the last line)";
    }

    /** Logs how much was left out of which no later line has told. To be called now and then. */
    void sweep() {
        String summary;
        synchronized (entries) {
            long now = clock.nanoTime();
            entries.forEach((key, entry) -> {
                // a next line within an interval would tell itself
                if (entry.suppressed > 0 && now - entry.loggedNanos >= 2 * INTERVAL.toNanos()) {
                    leaveOut(key.kind(), entry.suppressed);
                    entry.suppressed = 0;
                }
            });
            summary = now - intervalNanos < INTERVAL.toNanos() ? null : newInterval(now);
        }
        log(summary);
    }

    /** How many lines were left out since the last one; {@link #NOT_NOW} for this one too. */
    private int admit(Key key) {
        String summary = null;
        int suppressed;
        synchronized (entries) {
            long now = clock.nanoTime();
            if (now - intervalNanos >= INTERVAL.toNanos()) {
                summary = newInterval(now);
            }
            suppressed = admit(key, now);
        }
        log(summary);
        return suppressed;
    }

    private int admit(Key key, long now) {
        Quiet entry = entries.get(key);
        if (entry != null && now - entry.loggedNanos < INTERVAL.toNanos()) {
            entry.suppressed++;
            return NOT_NOW;
        }
        int ofKind = linesOfKind.getOrDefault(key.kind(), 0);
        if (lines >= maxLines || ofKind >= Math.max(1, maxLines / KINDS_PART)) {
            leaveOut(key.kind(), 1);
            return NOT_NOW;
        }
        lines++;
        linesOfKind.put(key.kind(), ofKind + 1);
        if (entry == null) {
            entry = new Quiet();
            entries.put(key, entry);
        }
        int suppressed = entry.suppressed;
        entry.suppressed = 0;
        entry.loggedNanos = now;
        return suppressed;
    }

    private void leaveOut(String kind, int count) {
        if (count > 0) {
            leftOut.merge(kind, count, Integer::sum);
        }
    }

    /** Begins an interval; the line about what the last one left out, if anything. */
    private @Nullable String newInterval(long now) {
        intervalNanos = now;
        lines = 0;
        linesOfKind.clear();
        if (leftOut.isEmpty()) {
            return null;
        }
        String summary = leftOut.toString();
        leftOut.clear();
        return summary;
    }

    private static void log(@Nullable String summary) {
        if (summary != null) {
            LOG.warn(
                    "lines about clients that were left out, by kind: {} (net.peer-log-lines)",
                    summary);
        }
    }
}
