package mortise.simulation.mutation;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** What a mutation does to the code of a method. */
sealed interface Change {
    /** The method does nothing and returns a number, or null, or nothing. */
    record Return(int value) implements Change {}

    /** The method returns a static field. */
    record ReturnField(String owner, String field) implements Change {}

    /** What is done to single instructions. */
    sealed interface OfCalls extends Change permits AnswerCalls, RedirectCalls {
        /** Writes something in place of an instruction; false if it stays as it is. */
        boolean replace(CodeBuilder code, CodeElement element);
    }

    /** Calls of a method are not made; they have a number, or null, or nothing as their result. */
    record AnswerCalls(String called, int result) implements OfCalls {
        @Override
        public boolean replace(CodeBuilder code, CodeElement element) {
            if (!(element instanceof InvokeInstruction call) || !call.name().equalsString(called)) {
                return false;
            }
            MethodTypeDesc type = call.typeSymbol();
            for (int i = type.parameterCount() - 1; i >= 0; i--) {
                pop(code, type.parameterType(i));
            }
            if (call.opcode() != Opcode.INVOKESTATIC) {
                code.pop();
            }
            push(code, type.returnType(), result);
            return true;
        }
    }

    /** Calls of a method without parameters become a chain of others, the first on its receiver. */
    record RedirectCalls(String called, List<Step> steps) implements OfCalls {
        /** A call of a method without parameters. */
        record Step(String owner, boolean ofInterface, String name, String result) {}

        @Override
        public boolean replace(CodeBuilder code, CodeElement element) {
            if (!(element instanceof InvokeInstruction call) || !call.name().equalsString(called)) {
                return false;
            }
            for (Step step : steps) {
                ClassDesc owner = ClassDesc.of(step.owner());
                MethodTypeDesc type = MethodTypeDesc.of(ClassDesc.of(step.result()));
                if (step.ofInterface()) {
                    code.invokeinterface(owner, step.name(), type);
                } else {
                    code.invokevirtual(owner, step.name(), type);
                }
            }
            return true;
        }
    }

    private static void pop(CodeBuilder code, ClassDesc type) {
        if (TypeKind.from(type).slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }

    /** Puts a value of this type on the stack. */
    static void push(CodeBuilder code, ClassDesc type, int value) {
        switch (TypeKind.from(type)) {
            case VOID -> {}
            case LONG -> code.loadConstant((long) value);
            case FLOAT -> code.loadConstant((float) value);
            case DOUBLE -> code.loadConstant((double) value);
            case REFERENCE -> code.aconst_null();
            default -> code.loadConstant(value);
        }
    }
}
