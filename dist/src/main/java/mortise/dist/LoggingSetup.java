package mortise.dist;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.FileSize;
import org.jspecify.annotations.Nullable;

/**
 * How a process of this command logs, unless an operator's file says otherwise: the start script
 * hands the level, the format and the file on, each as a system property (docs/operations.md). It
 * is code because reading an XML file takes a quarter of a small command's time.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LoggingSetup extends ContextAwareBase implements Configurator {
    private static final String OPERATORS_FILE = "logback.configurationFile";
    private static final String LEVEL = "mortise.log.level";
    private static final String FORMAT = "mortise.log.format";
    private static final String FILE = "mortise.log.file";

    /**
     * What peers and plugins chose to be called steers no terminal and forges no line: controls are
     * shown as escapes.
     */
    private static final String LINE =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{24} %replace(%replace(%msg)"
                    + "{'\\x1B','\\\\x1b'}){'[\\x00-\\x1F\\x7F-\\x9F\\u2028-\\u202E\\u2066-\\u2069]','?'}"
                    + "%n%replace(%ex{full}){'\\x1B','\\\\x1b'}";

    private static final String LARGEST_FILE = "100MB";
    private static final String ALL_FILES = "1GB";
    private static final int DAYS = 30;

    /** For the services of logback. */
    public LoggingSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext logging) {
        if (System.getProperty(OPERATORS_FILE) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        logging.getStatusManager().add(new NopStatusListener());
        Logger root = logging.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getProperty(LEVEL), Level.INFO));
        root.addAppender(appender(logging, System.getProperty(FILE)));
        logging.getLogger("io.netty").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static OutputStreamAppender<ILoggingEvent> appender(
            LoggerContext logging, @Nullable String file) {
        OutputStreamAppender<ILoggingEvent> appender =
                file == null ? console() : rolling(logging, file);
        appender.setName("mortise");
        appender.setContext(logging);
        appender.setEncoder(encoder(logging));
        appender.start();
        return appender;
    }

    private static OutputStreamAppender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        return console;
    }

    private static OutputStreamAppender<ILoggingEvent> rolling(LoggerContext logging, String file) {
        RollingFileAppender<ILoggingEvent> rolling = new RollingFileAppender<>();
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        rolling.setFile(file);
        policy.setContext(logging);
        policy.setParent(rolling);
        policy.setFileNamePattern(literal(file) + ".%d{yyyy-MM-dd}.%i.gz");
        policy.setMaxFileSize(FileSize.valueOf(LARGEST_FILE));
        policy.setMaxHistory(DAYS);
        policy.setTotalSizeCap(FileSize.valueOf(ALL_FILES));
        policy.start();
        rolling.setRollingPolicy(policy);
        return rolling;
    }

    /** For a pattern in which it stands for itself. */
    private static String literal(String text) {
        return text.replace("%", "\\%").replace(")", "\\)");
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext logging) {
        if ("json".equals(System.getProperty(FORMAT))) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(logging);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithContext(false);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithFormattedMessage(true);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(logging);
        text.setPattern(LINE);
        text.start();
        return text;
    }
}
