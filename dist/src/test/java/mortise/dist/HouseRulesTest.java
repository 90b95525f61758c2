package mortise.dist;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What modules cannot see: cycles, names, where Netty may appear, and that no test is skipped for
 * its name.
 */
class HouseRulesTest {
    private static final JavaClasses PRODUCT =
            new ClassFileImporter().importPaths(folders("target/classes"));

    private static List<Path> folders(String ending) {
        Path root = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> paths =
                Files.find(
                        root,
                        4,
                        (path, attributes) -> attributes.isDirectory() && path.endsWith(ending))) {
            return paths.sorted().toList();
        } catch (IOException failure) {
            throw new AssertionError("looking for " + ending, failure);
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(PRODUCT);
    }

    /**
     * Each package is a slice. The generated messages are one with {@code mortise.wire}: a message
     * is read by its primitives, and its API key names it.
     */
    private static final SliceAssignment PACKAGES =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    String name = type.getPackageName();
                    return name.startsWith("mortise.")
                            ? SliceIdentifier.of(
                                    name.equals("mortise.wire.message") ? "mortise.wire" : name)
                            : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "packages";
                }
            };

    @Test
    void nettyStaysInTheNetworkPackages() {
        noClasses()
                .that()
                .resideOutsideOfPackages("mortise.broker.net..", "mortise.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(PRODUCT);
    }

    @Test
    void theMailboxKnowsNoOwner() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker.mailbox")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("mortise.broker..")
                                .and(
                                        resideOutsideOfPackages(
                                                "mortise.broker.mailbox",
                                                "mortise.broker.runtime")))
                .check(PRODUCT);
    }

    @Test
    void handlersStandAboveWhatTheyUse() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "mortise.broker.mailbox",
                        "mortise.broker.partition",
                        "mortise.broker.flush",
                        "mortise.broker.fetch")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("mortise.broker..api")
                .check(PRODUCT);
    }

    @Test
    void theCoreNamesNoPlugin() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "mortise.storage..",
                        "mortise.consensus..",
                        "mortise.codec..",
                        "mortise.metrics..",
                        "mortise.partitioner..",
                        "mortise.placement..")
                .check(PRODUCT);
    }

    @Test
    void everyMethodOfAServiceInterfaceSaysWhoCallsIt() {
        methods()
                .that()
                .areDeclaredInClassesThat(areServiceInterfaces())
                .should(sayWhoCalls())
                .check(PRODUCT);
    }

    @Test
    void noNameIsALastResort() {
        noClasses()
                .that()
                .resideInAPackage("mortise..")
                .and()
                .resideOutsideOfPackage("mortise.wire.message..")
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl)$")
                .check(PRODUCT);
    }

    @Test
    void testsAreNamedSoThatTheyRun() {
        classes()
                .that(containTests())
                .and()
                .areNotInterfaces()
                .and()
                .areTopLevelClasses()
                .should()
                .haveSimpleNameEndingWith("Test")
                .check(new ClassFileImporter().importPaths(folders("target/test-classes")));
    }

    private static DescribedPredicate<JavaClass> areServiceInterfaces() {
        return DescribedPredicate.describe(
                "are interfaces of mortise.spi that plugins implement",
                type ->
                        type.isInterface()
                                && type.getPackageName().startsWith("mortise.spi.")
                                && type.getMethods().stream()
                                        .anyMatch(method ->
                                                method.isAnnotatedWith("mortise.spi.CalledOn")));
    }

    private static ArchCondition<JavaMethod> sayWhoCalls() {
        return new ArchCondition<>("carry @CalledOn") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean said =
                        method.isAnnotatedWith("mortise.spi.CalledOn")
                                || method.getModifiers()
                                        .contains(
                                                com.tngtech.archunit.core.domain.JavaModifier
                                                        .STATIC)
                                || method.getModifiers()
                                        .contains(
                                                com.tngtech.archunit.core.domain.JavaModifier
                                                        .SYNTHETIC);
                events.add(
                        new SimpleConditionEvent(
                                method, said, method.getFullName() + " has no @CalledOn"));
            }
        };
    }

    private static DescribedPredicate<JavaClass> containTests() {
        return DescribedPredicate.describe(
                "contain tests",
                type ->
                        type.getMethods().stream()
                                .anyMatch(method ->
                                        method.isAnnotatedWith(Test.class)
                                                || method.isAnnotatedWith(
                                                        "org.junit.jupiter.params.ParameterizedTest")
                                                || method.isAnnotatedWith(
                                                        "mortise.tck.sim.Seeded")));
    }
}
