import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { AssignmentExplanation } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { AssignmentService } from './assignment.service';
import { explainBody } from './explain-body';

@Controller('v1/assignments')
export class AssignmentController {
  constructor(private readonly assignments: AssignmentService) {}

  /** Where an experiment's flag puts a unit: hash input, bucket, strategy, variant. */
  @Post('explain')
  @HttpCode(200)
  explain(@Body() body: unknown): Promise<AssignmentExplanation> {
    const { experiment, unitId } = parseBody(explainBody, body);
    return this.assignments.explain(experiment, unitId);
  }
}
