package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** An SLF4J that is older than the broker's is named; the real one is in OutsideProjectTest. */
class LoggingFacadeTest {
    /** Has the SLF4J of this class path, as far as an old one had it. */
    private static final class OldSlf4j extends ClassLoader {
        OldSlf4j() {
            super(null);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.contains("SLF4JServiceProvider")) {
                throw new ClassNotFoundException(name);
            }
            try (InputStream bytes =
                    LoggerFactory.class.getResourceAsStream(
                            "/" + name.replace('.', '/') + ".class")) {
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] all = bytes.readAllBytes();
                return defineClass(name, all, 0, all.length);
            } catch (IOException failure) {
                throw new ClassNotFoundException(name, failure);
            }
        }
    }

    @Test
    void anOldSlf4jIsNamedWithTheRemedy() throws Exception {
        Class<?> old = new OldSlf4j().loadClass("org.slf4j.LoggerFactory");

        assertThat(LoggingFacade.problem(old))
                .hasValueSatisfying(problem ->
                        assertThat(problem)
                                .startsWith("slf4j-api 1.x")
                                .contains(
                                        "comes first on the class path, but Mortise logs with 2.x")
                                .contains("-Dincludes=org.slf4j"));
    }

    @Test
    void theRightOneIsNoProblem() {
        assertThat(LoggingFacade.problem(LoggerFactory.class)).isEmpty();
    }
}
