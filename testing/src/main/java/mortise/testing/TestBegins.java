package mortise.testing;

import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Says in the recording which test what follows belongs to. */
@Name(TestBegins.NAME)
@Label("Test begins")
@Description("A test begins; what follows is of it.")
@StackTrace(false)
final class TestBegins extends Event {
    static final String NAME = "mortise.testing.TestBegins";

    @Label("Test")
    @SuppressWarnings("unused") // read by the recorder
    private final String test;

    TestBegins(String test) {
        this.test = test;
    }
}
