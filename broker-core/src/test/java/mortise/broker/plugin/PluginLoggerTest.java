package mortise.broker.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ListResourceBundle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Lines of plugins arrive where the broker's do, as they would at a logger of the platform's. */
class PluginLoggerTest {
    private final System.Logger logger = PluginLogger.of("sample");
    private final Logger target = (Logger) LoggerFactory.getLogger("mortise.plugin.sample");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        target.addAppender(lines);
        target.setLevel(Level.TRACE);
    }

    @AfterEach
    void leave() {
        target.detachAppender(lines);
        target.setLevel(null);
    }

    @Test
    void eachLevelIsTheOneOfItsName() {
        for (System.Logger.Level level : System.Logger.Level.values()) {
            logger.log(level, level.name());
        }

        assertThat(lines.list)
                .extracting(line -> line.getLevel() + " " + line.getFormattedMessage())
                .containsExactly(
                        "TRACE ALL",
                        "TRACE TRACE",
                        "DEBUG DEBUG",
                        "INFO INFO",
                        "WARN WARNING",
                        "ERROR ERROR");
        assertThat(logger.getName()).isEqualTo("mortise.plugin.sample");
    }

    @Test
    void whatIsNotLoggedIsNotMade() {
        target.setLevel(Level.WARN);

        logger.log(
                System.Logger.Level.INFO,
                () -> {
                    throw new AssertionError("nobody wants it");
                });

        assertThat(logger.isLoggable(System.Logger.Level.INFO)).isFalse();
        assertThat(logger.isLoggable(System.Logger.Level.WARNING)).isTrue();
        assertThat(logger.isLoggable(System.Logger.Level.OFF)).isFalse();
        assertThat(lines.list).isEmpty();
    }

    @Test
    void parametersAndFailuresArriveAndBracesAreText() {
        logger.log(System.Logger.Level.INFO, "{0} of {1}", "one", "two");
        logger.log(System.Logger.Level.INFO, "no {format");
        logger.log(System.Logger.Level.INFO, "no {format", "at all");
        logger.log(System.Logger.Level.ERROR, "a {} failure", new IllegalStateException("why"));

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("one of two", "no {format", "no {format", "a {} failure");
        assertThat(lines.list.getLast().getThrowableProxy().getMessage()).isEqualTo("why");
    }

    @Test
    void aBundleTranslates() {
        ListResourceBundle bundle =
                new ListResourceBundle() {
                    @Override
                    protected Object[][] getContents() {
                        return new Object[][] {{"key", "value {0}"}};
                    }
                };

        logger.log(System.Logger.Level.INFO, bundle, "key", 1);
        logger.log(System.Logger.Level.INFO, bundle, "other", new Object[0]);

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("value 1", "other");
    }
}
