import org.jspecify.annotations.NullMarked;

/**
 * A JUnit Jupiter extension that gives a test a real broker, and its faults. It runs on Java 17;
 * the broker is an engine's, in this JVM or in a process of a JDK that can run it.
 */
@NullMarked
module mortise.junit {
    requires static transitive org.jspecify;
    requires transitive mortise.api;
    requires transitive mortise.spi;
    requires transitive org.junit.jupiter.api;
    requires org.junit.platform.commons;

    exports mortise.junit;
    exports mortise.junit.engine;

    uses mortise.junit.engine.BrokerEngine;
}
