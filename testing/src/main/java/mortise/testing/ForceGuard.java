package mortise.testing;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class in which a thread forced a disk that must not wait for one: an event loop,
 * whoever drains a mailbox, the quorum. It sees every force of the JVM, whosever code it is, by the
 * flight recorder. Registered for all test classes of a module that has this one among its test
 * dependencies.
 */
public final class ForceGuard implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ForceGuard.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        if (context.getEnclosingTestClasses().isEmpty()) {
            context.getStore(NAMESPACE).put(ForceWatch.class, ForceWatch.start());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        new TestBegins(context.getDisplayName()).commit();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ForceWatch watch = context.getStore(NAMESPACE).remove(ForceWatch.class, ForceWatch.class);
        if (watch == null) {
            return;
        }
        List<ForbiddenForce> found = watch.stop();
        if (!found.isEmpty()) {
            throw new AssertionError(
                    found.stream()
                            .limit(5)
                            .map(ForbiddenForce::toString)
                            .collect(
                                    Collectors.joining(
                                            "\n",
                                            found.size()
                                                    + " forces by threads that must not wait for a"
                                                    + " disk, the first of them:\n",
                                            "")));
        }
    }
}
