import org.jspecify.annotations.NullMarked;

/** A JUnit Jupiter extension that gives a test a real broker, and its faults. */
@NullMarked
module mortise.junit {
    requires static transitive org.jspecify;
    requires transitive mortise.api;
    requires transitive mortise.broker;
    requires transitive org.junit.jupiter.api;
    requires mortise.client;
    requires org.junit.platform.commons;

    exports mortise.junit;
}
