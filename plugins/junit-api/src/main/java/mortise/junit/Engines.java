package mortise.junit;

import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import mortise.junit.engine.BrokerEngine;
import mortise.junit.process.ProcessEngine;

/**
 * Chooses where a test's broker runs, by what JUnit's configuration parameters say: {@value
 * #RUN_IN}, {@value #JDK}, {@value #JVM_OPTIONS} and {@value #START_CACHE}, each a system property
 * too.
 */
final class Engines {
    static final String RUN_IN = "mortise.junit.run-in";
    static final String JDK = "mortise.junit.jdk";
    static final String JVM_OPTIONS = "mortise.junit.jvm-options";
    static final String START_CACHE = "mortise.junit.start-cache";

    /** The first Java that can run a broker. */
    private static final int NEEDED = 25;

    private Engines() {}

    /** The engine for a test with these parameters, in a JVM of this Java. */
    static BrokerEngine choose(Function<String, Optional<String>> parameters, int java) {
        String where =
                parameters
                        .apply(RUN_IN)
                        .map(said -> said.strip().toLowerCase(Locale.ROOT))
                        .orElse(java >= NEEDED ? "jvm" : "process");
        return switch (where) {
            case "jvm" -> inThisJvm(java);
            case "process" ->
                    ProcessEngine.shared(
                            parameters.apply(JDK),
                            parameters.apply(JVM_OPTIONS).orElse(""),
                            parameters.apply(START_CACHE).map(Boolean::valueOf).orElse(true));
            default ->
                    throw new IllegalStateException(
                            RUN_IN + " is '" + where + "'; it must be 'jvm' or 'process'");
        };
    }

    private static BrokerEngine inThisJvm(int java) {
        if (java < NEEDED) {
            throw new IllegalStateException(
                    RUN_IN
                            + " is 'jvm', but the tests run on Java "
                            + java
                            + " and a broker needs "
                            + NEEDED
                            + "; leave it out, and the broker runs in a process of a JDK "
                            + NEEDED);
        }
        return ServiceLoader.load(BrokerEngine.class, BrokerEngine.class.getClassLoader())
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "there is no broker to run: depend on io.mortise:mortise-junit, which"
                                        + " has it, and not on mortise-junit-api alone"));
    }
}
