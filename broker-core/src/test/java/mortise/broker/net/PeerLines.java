package mortise.broker.net;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** The lines that the network logs about peers while this is open. */
final class PeerLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(PeerLog.class);
    private final List<String> lines = new CopyOnWriteArrayList<>();

    PeerLines() {
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getLevel() + " " + event.getFormattedMessage());
    }

    List<String> lines() {
        return lines;
    }

    /** The only line, once it is there. */
    String only() {
        Eventually.is("a line about a peer", () -> !lines.isEmpty());
        if (lines.size() > 1) {
            throw new AssertionError("one line wanted, got " + lines);
        }
        return lines.getFirst();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
    }
}
