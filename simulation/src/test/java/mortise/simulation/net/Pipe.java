package mortise.simulation.net;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Schedule;

/**
 * One direction of a connection: bytes arrive in order, after a delay, in pieces of any size. It
 * may be cut after any byte, or fall silent.
 */
final class Pipe {
    private static final long SHORTEST = Delays.micros(20);
    private static final long LONGEST = Delays.millis(2);
    private static final int MOST_PIECES = 4;

    private final Schedule schedule;
    private final RandomGenerator random;
    private final String what;
    private final Receiver receiver;
    private final Weather weather;
    private long lastArrival;
    private long bytesUntilCut = Long.MAX_VALUE;
    private boolean silent;
    private boolean ended;

    /** The end of the pipe. */
    interface Receiver {
        void received(byte[] bytes);

        /** The other side is gone; nothing more comes. */
        void ended();
    }

    Pipe(
            Schedule schedule,
            RandomGenerator random,
            String what,
            Weather weather,
            Receiver receiver) {
        this.schedule = schedule;
        this.random = random;
        this.what = what;
        this.weather = weather;
        this.receiver = receiver;
    }

    /** Sends bytes on their way. */
    void write(byte[] bytes) {
        int pieces = random.nextInt(8) == 0 ? 1 + random.nextInt(MOST_PIECES) : 1;
        int from = 0;
        for (int piece = 1; piece <= pieces && from < bytes.length; piece++) {
            int to =
                    piece == pieces ? bytes.length : from + 1 + random.nextInt(bytes.length - from);
            writePiece(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
    }

    private void writePiece(byte[] piece) {
        if (ended) {
            return;
        }
        if (piece.length > bytesUntilCut) {
            byte[] rest = Arrays.copyOf(piece, (int) bytesUntilCut);
            if (rest.length > 0) {
                arrive(what + " " + rest.length + " bytes", () -> receiver.received(rest));
            }
            end();
            return;
        }
        bytesUntilCut -= bytesUntilCut == Long.MAX_VALUE ? 0 : piece.length;
        arrive(what + " " + piece.length + " bytes", () -> receiver.received(piece));
    }

    /** The sender closes its side; what was sent before still arrives. */
    void end() {
        if (!ended) {
            ended = true;
            arrive(what + " end", receiver::ended);
        }
    }

    /** Lets so many more bytes through and then ends. */
    void cutAfter(long bytes) {
        bytesUntilCut = bytes;
    }

    /** Lets nothing through any more, without a word to either side. */
    void fallSilent() {
        silent = true;
    }

    private void arrive(String event, Runnable action) {
        long delay = Delays.between(random, SHORTEST, LONGEST) + weather.extraDelay(random);
        lastArrival = Math.max(lastArrival, schedule.nanos() + delay);
        schedule.in(
                lastArrival - schedule.nanos(),
                event,
                () -> {
                    if (!silent) {
                        action.run();
                    }
                });
    }
}
