package mortise.broker;

import java.security.CodeSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Looks at the SLF4J that the program has: an older one than the broker logs with may come first on
 * the class path, and then the broker's lines are lost without a word.
 */
final class LoggingFacade {
    /** Where an SLF4J of the wanted line looks for what writes its lines. */
    private static final String PROVIDER = "org.slf4j.spi.SLF4JServiceProvider";

    private static final AtomicBoolean CHECKED = new AtomicBoolean();

    private LoggingFacade() {}

    /** Says once in this JVM, past SLF4J, what is wrong with it. */
    static void check() {
        if (CHECKED.compareAndSet(false, true)) {
            problem(LoggerFactory.class)
                    .ifPresent(problem ->
                            System.getLogger(LoggingFacade.class.getName())
                                    .log(System.Logger.Level.WARNING, problem));
        }
    }

    /** What is wrong with the SLF4J of this class. */
    static Optional<String> problem(Class<?> loggerFactory) {
        try {
            Class.forName(PROVIDER, false, loggerFactory.getClassLoader());
            return Optional.empty();
        } catch (ClassNotFoundException older) {
            String version = loggerFactory.getPackage().getImplementationVersion();
            CodeSource source = loggerFactory.getProtectionDomain().getCodeSource();
            return Optional.of(
                    "slf4j-api "
                            + (version == null ? "1.x" : version)
                            + (source == null ? "" : " of " + source.getLocation())
                            + " comes first on the class path, but Mortise logs with 2.x: lines of the"
                            + " broker may be lost; depend on org.slf4j:slf4j-api 2.0 or newer and on a"
                            + " logging library that goes with it (mvn dependency:tree"
                            + " -Dincludes=org.slf4j tells who brings the old one)");
        }
    }
}
